/** What an xterm sends for the keys our tests press (legacy encoding, cursor keys in normal mode). */
const NAMED: Record<string, string> = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  backtab: '\x1b[Z',
  backspace: '\x7f',
  space: ' ',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
  delete: '\x1b[3~',
  'shift+pageup': '\x1b[5;2~',
  'shift+pagedown': '\x1b[6;2~',
  'shift+home': '\x1b[1;2H',
  'shift+end': '\x1b[1;2F',
  'shift+up': '\x1b[1;2A',
  'ctrl+]': '\x1d',
  f1: '\x1bOP',
  f2: '\x1bOQ',
  f3: '\x1bOR',
  f4: '\x1bOS',
  f9: '\x1b[20~',
  f10: '\x1b[21~',
}

/**
 * Bytes of a key by its descriptor: `ctrl+p`, `enter`, `shift+pageup`, `x`.
 * @throws Error for a descriptor it does not know
 */
export function keyBytes(descriptor: string): string {
  const named = NAMED[descriptor]
  if (named !== undefined) return named
  if ([...descriptor].length === 1) return descriptor
  const letter = /^ctrl\+([a-z])$/.exec(descriptor)?.[1]
  if (letter !== undefined) return String.fromCharCode(letter.charCodeAt(0) & 0x1f)
  const alt = /^alt\+(.)$/u.exec(descriptor)?.[1]
  if (alt !== undefined) return `\x1b${alt}`
  throw new Error(`no bytes are known for the key ${descriptor}`)
}

/** A mouse report in SGR encoding (DECSET 1006). `x` and `y` from 0; button 0 left, 64 wheel up, 65 wheel down. */
export function mouseBytes(button: number, x: number, y: number, action: 'press' | 'release' = 'press'): string {
  return `\x1b[<${button};${x + 1};${y + 1}${action === 'press' ? 'M' : 'm'}`
}
