/** Button numbers of xterm: 0 to 2 left, middle, right; 3 none (while moving); 64 to 67 the wheel up, down, left, right. */
export const NO_BUTTON = 3
export const WHEEL_UP = 64
export const WHEEL_DOWN = 65
export const WHEEL_LEFT = 66

/** A mouse event in cells counted from 0. Turning the wheel is a press of one of its buttons. */
export interface MouseEvent {
  action: 'press' | 'release' | 'move'
  button: number
  x: number
  y: number
  shift: boolean
  alt: boolean
  ctrl: boolean
}

/** What a program asked for (protocol: terminalModes). */
export interface MouseModes {
  /** DECSET 9 press only, 1000 press and release, 1002 moving with a button held, 1003 all moving; 0 nothing. */
  mouseTracking: number
  /** 0 X10 bytes, else DECSET 1005, 1006, 1015 or 1016. */
  mouseEncoding: number
}

/** Size of a cell in pixels for programs that ask for pixels (1016): what the emulator says a cell is. */
export interface CellPixels {
  width: number
  height: number
}

/**
 * The bytes that tell a program of a mouse event ("XTerm Control Sequences", "Mouse Tracking"). Undefined when it did
 * not ask for such events, or when its encoding cannot express the place.
 */
export function encodeMouse(
  event: MouseEvent,
  modes: MouseModes,
  pixels: CellPixels = { width: 8, height: 16 },
): Uint8Array | undefined {
  if (!isWanted(event, modes.mouseTracking)) return undefined
  let code = event.button
  if (event.action === 'move') code += MOVING
  if (modes.mouseTracking !== 9) code += (event.shift ? 4 : 0) + (event.alt ? 8 : 0) + (event.ctrl ? 16 : 0)
  const x = event.x + 1
  const y = event.y + 1
  const release = event.action === 'release'
  switch (modes.mouseEncoding) {
    case 1006:
      return ascii(`\x1b[<${code};${x};${y}${release ? 'm' : 'M'}`)
    case 1016: {
      const left = Math.round((event.x + 0.5) * pixels.width) + 1
      const top = Math.round((event.y + 0.5) * pixels.height) + 1
      return ascii(`\x1b[<${code};${left};${top}${release ? 'm' : 'M'}`)
    }
    case 1015:
      return ascii(`\x1b[${withRelease(code, release) + OFFSET};${x};${y}M`)
    case 1005:
      if (x > MAX_UTF8 || y > MAX_UTF8) return undefined
      return utf8.encode(`\x1b[M${String.fromCharCode(withRelease(code, release) + OFFSET, x + OFFSET, y + OFFSET)}`)
    default:
      if (x > MAX_BYTE || y > MAX_BYTE) return undefined
      return Uint8Array.of(0x1b, 0x5b, 0x4d, withRelease(code, release) + OFFSET, x + OFFSET, y + OFFSET)
  }
}

const MOVING = 32
const OFFSET = 32 // keeps numbers clear of control characters
const MAX_BYTE = 255 - OFFSET
const MAX_UTF8 = 2047 - OFFSET // what two bytes of UTF-8 hold

function isWanted({ action, button }: MouseEvent, tracking: number): boolean {
  const wheel = button >= WHEEL_UP
  if (wheel && action === 'release') return false
  switch (tracking) {
    case 9:
      return action === 'press' && button < NO_BUTTON
    case 1000:
      return action !== 'move'
    case 1002:
      return action !== 'move' || button !== NO_BUTTON
    case 1003:
      return true
    default:
      return false
  }
}

/** Encodings without a final of their own for releases say "no button" instead of which one. */
function withRelease(code: number, release: boolean): number {
  return release ? (code & ~3) | NO_BUTTON : code
}

function ascii(text: string): Uint8Array {
  return utf8.encode(text)
}

const utf8 = new TextEncoder()
