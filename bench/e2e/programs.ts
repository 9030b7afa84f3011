import { join } from 'node:path'

/**
 * The programs inside the sessions. Where keys are echoed the kernel does it: what is measured is the way there and
 * back, and no program's own slowness.
 */

const NODE = process.execPath

/** Echoes keys at once and does nothing else. */
export const ECHO = 'stty -icanon -isig -ixon echo min 1; exec cat > /dev/null'

/** Echoes keys and redraws thirty lines twenty times a second, as an agent with a progress display does. */
export const REDRAWING = `stty -icanon -isig -ixon echo min 1; exec ${NODE} ${join(import.meta.dirname, 'programs/redraw.mjs')}`

/** Prints 400 lines a second. */
export const CHATTERING = `stty -echo; exec ${NODE} ${join(import.meta.dirname, 'programs/chatter.mjs')}`

/** Prints as much as it can. */
export const FLOODING = 'stty -echo; exec yes "a line of output that an agent left running in the background"'

/** A shell without prompt. */
export const SHELL = 'PS1= exec sh'

/** Prints 5,000 lines of `cols` characters, leaves a file when done, and waits. */
export function filled(cols: number, file: string): string {
  return `stty -echo; seq -f '%0${cols}.0f' 5000; : > ${file}; exec cat > /dev/null`
}
