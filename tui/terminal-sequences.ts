/** Mouse events wanted from the user's terminal: DECSET 1002 moving with a button held, 1003 all moving, 0 none. */
export type MouseTracking = 0 | 1002 | 1003

/** Everything that makes a terminal ours, in one write. Unknown sequences are ignored by terminals. */
export function enterSequence(mouse: MouseTracking, kittyFlags: number, isConsole: boolean): string {
  const keyboard = isConsole ? '' : `\x1b[>4;1m\x1b[>${kittyFlags}u`
  const title = isConsole ? '' : '\x1b[22;0t'
  return `${title}${ALTERNATE_SCREEN}\x1b[?25l\x1b[?2004h\x1b[?1004h${mouseSequence(mouse)}${keyboard}`
}

/**
 * Everything back as it was. Begins with what ends a sequence or update that a crash may have cut in two; the
 * keyboard's flags are on a stack of the alternate screen and go before it does.
 */
export function leaveSequence(isConsole: boolean): string {
  const keyboard = isConsole ? '' : '\x1b[<u\x1b[>4m'
  const end = isConsole ? '\x18\x1b[m' : '\x18\x1b\\\x1b[?2026l\x1b]8;;\x1b\\\x1b[m'
  const title = isConsole ? '' : '\x1b[23;0t'
  const screen = '\x1b[?7h\x1b[0 q\x1b[?25h\x1b[?1049l'
  return `${end}${keyboard}${mouseSequence(0)}\x1b[?1004l\x1b[?2004l${screen}${title}`
}

/** Changes which mouse events come; positions come in SGR form (1006). */
export function mouseSequence(mouse: MouseTracking): string {
  if (mouse === 0) return '\x1b[?1003l\x1b[?1002l\x1b[?1006l'
  return `\x1b[?1006h${mouse === 1003 ? '' : '\x1b[?1003l'}\x1b[?${mouse}h`
}

/** Replaces the flags of the kitty keyboard protocol on top of its stack. */
export function keyboardSequence(kittyFlags: number): string {
  return `\x1b[=${kittyFlags};1u`
}

/**
 * Asks for the colours (OSC 10, 11), the keyboard's flags and the cell's size. The device attributes come last: every
 * terminal answers those, so that after them nothing more is to be waited for.
 */
export const QUERIES = '\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b[?u\x1b[16t\x1b[c'

const ALTERNATE_SCREEN = '\x1b[?1049h'
