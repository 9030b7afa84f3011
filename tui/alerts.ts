/** Characters of an alert that are passed on: titles are short, and some terminals show all of it. */
const MAX_TEXT = 256
/** Bytes of a clipboard text; more than this is no text somebody wants to paste. */
const MAX_CLIPBOARD_BYTES = 1 << 20

/** How a terminal is told of an alert; `auto` takes what it is known to understand. */
export const ALERT_PROTOCOLS = ['auto', 'osc9', 'osc99', 'osc777', 'bell'] as const
export type AlertProtocol = (typeof ALERT_PROTOCOLS)[number]

/**
 * An alert for the outer terminal: OSC 99 for kitty, OSC 777 for foot, urxvt, VTE and Ghostty, else OSC 9 (iTerm2, WezTerm,
 * Windows Terminal). One of them only: those that know several would show it more than once. Inside tmux and screen it is
 * wrapped, so that it gets through to their terminal (tmux needs `allow-passthrough on`).
 */
export function alertSequence(
  { title, body, protocol = 'auto' }: { title: string; body: string; protocol?: AlertProtocol },
  env: NodeJS.ProcessEnv,
): string {
  const heading = plain(title)
  const text = plain(body)
  switch (protocol === 'auto' ? protocolOf(env) : protocol) {
    case 'bell':
      return '\x07' // no sequence to wrap: multiplexers pass it on by themselves
    case 'osc777':
      return passedThrough(`\x1b]777;notify;${heading.replaceAll(';', ',')};${text}\x1b\\`, env)
    case 'osc99':
      return passedThrough(`\x1b]99;i=botster:d=0;${heading}\x1b\\\x1b]99;i=botster:p=body;${text}\x1b\\`, env)
    case 'osc9': {
      const whole = [heading, text].filter((part) => part !== '').join(': ')
      // OSC 9 of digits and semicolons alone would be read as progress.
      return passedThrough(/^[\d;]*$/.test(whole) ? `\x1b]9;botster ${whole}\x1b\\` : `\x1b]9;${whole}\x1b\\`, env)
    }
  }
}

/** Sets the outer terminal's clipboard (OSC 52); '' when there is too much of it. `selection` is c, p, s, … */
export function clipboardSequence(selection: string, data: Uint8Array): string {
  if (data.length > MAX_CLIPBOARD_BYTES) return ''
  const target = /^[cpqs0-7]*$/.test(selection) ? selection || 'c' : 'c'
  return `\x1b]52;${target};${Buffer.from(data).toString('base64')}\x1b\\`
}

function protocolOf(env: NodeJS.ProcessEnv): Exclude<AlertProtocol, 'auto'> {
  const { TERM = '', TERM_PROGRAM = '', VTE_VERSION, KITTY_WINDOW_ID } = env
  if (KITTY_WINDOW_ID !== undefined || TERM === 'xterm-kitty') return 'osc99'
  return VTE_VERSION !== undefined || /^(foot|rxvt)/.test(TERM) || TERM_PROGRAM === 'ghostty' ? 'osc777' : 'osc9'
}

/** Wrapped for the multiplexer we run in, if any: tmux wants escapes doubled, screen string ends out of its own way. */
function passedThrough(sequence: string, { TMUX, STY, TERM = '' }: NodeJS.ProcessEnv): string {
  if (TMUX !== undefined) return `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`
  if (STY !== undefined || /^screen/.test(TERM)) return `\x1bP${sequence.replaceAll('\x1b\\', '\x07')}\x1b\\`
  return sequence
}

/** Without control characters: they would end the sequence and begin another. */
function plain(text: string): string {
  return text
    .replace(/[\0-\x1f\x7f-\x9f]/g, ' ')
    .trim()
    .slice(0, MAX_TEXT)
}
