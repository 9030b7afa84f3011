import type { SequenceParser } from './xterm-internals.ts'

const MOUSE_ENCODINGS = [1005, 1006, 1015, 1016] as const
export type MouseEncoding = 0 | (typeof MOUSE_ENCODINGS)[number]

/** Milliseconds a program may hold back frames with a synchronized update: it may have died in the middle of it. */
const MAX_SYNCHRONIZED_MS = 150

export interface ModeEvents {
  /** CSI ? 2026 l: what the screen shows now is meant to be seen. Called before the bytes after it are parsed. */
  synchronizedUpdateEnded(): void
  cursorVisibility(visible: boolean): void
}

/** The modes that xterm does not keep, or not in full: mouse encoding, cursor shape, synchronized updates. */
export class ModeLedger {
  mouseEncoding: MouseEncoding = 0
  /** DECSCUSR: 0 default, 1 blinking block … 6 steady bar. */
  cursorShape = 0
  /** performance.now() at the begin of the update under way. */
  #synchronizedSince: number | undefined
  readonly #events: ModeEvents

  constructor(parser: SequenceParser, events: ModeEvents) {
    this.#events = events
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, ({ params, length }) => {
      for (let index = 0; index < length; index++) this.#set(params[index]!)
      return false
    })
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, ({ params, length }) => {
      for (let index = 0; index < length; index++) this.#reset(params[index]!)
      return false
    })
    // DECSCUSR; a missing parameter is 0, where xterm would take 1.
    parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, ({ params, length }) => {
      const shape = length > 0 ? params[0]! : 0
      if (shape >= 0 && shape <= 6) this.cursorShape = shape
      return false
    })
    // DECSTR
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
      this.cursorShape = 0
      this.#synchronizedSince = undefined
      return false
    })
  }

  /** Milliseconds until frames may leave although the program has not ended its update; 0 when they may now. */
  synchronizedFor(now: number): number {
    if (this.#synchronizedSince === undefined) return 0
    return Math.max(0, this.#synchronizedSince + MAX_SYNCHRONIZED_MS - now)
  }

  /** RIS. */
  reset(): void {
    this.mouseEncoding = 0
    this.cursorShape = 0
    this.#synchronizedSince = undefined
  }

  #set(mode: number): void {
    const encoding = MOUSE_ENCODINGS.find((known) => known === mode)
    if (encoding !== undefined) this.mouseEncoding = encoding
    else if (mode === 25) this.#events.cursorVisibility(true)
    else if (mode === 2026) this.#synchronizedSince ??= performance.now()
  }

  #reset(mode: number): void {
    if (MOUSE_ENCODINGS.some((known) => known === mode)) this.mouseEncoding = 0
    else if (mode === 25) this.#events.cursorVisibility(false)
    else if (mode === 2026 && this.#synchronizedSince !== undefined) {
      this.#synchronizedSince = undefined
      this.#events.synchronizedUpdateEnded()
    }
  }
}
