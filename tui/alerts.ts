/** Characters of an alert that are passed on: titles are short, and some terminals show all of it. */
const MAX_TEXT = 256
/** Bytes of a clipboard text; more than this is no text somebody wants to paste. */
const MAX_CLIPBOARD_BYTES = 1 << 20

/**
 * An alert for the outer terminal: OSC 777 where it is known to work (foot, urxvt, VTE, Ghostty), else OSC 9 (iTerm2,
 * kitty, WezTerm, Windows Terminal). One of them only: those that know both would show it twice.
 */
export function alertSequence(title: string, body: string, env: NodeJS.ProcessEnv): string {
  const heading = plain(title)
  const text = plain(body)
  if (knows777(env)) return `\x1b]777;notify;${heading.replaceAll(';', ',')};${text}\x1b\\`
  const whole = [heading, text].filter((part) => part !== '').join(': ')
  // OSC 9 of digits and semicolons alone would be read as progress.
  return /^[\d;]*$/.test(whole) ? `\x1b]9;botster ${whole}\x1b\\` : `\x1b]9;${whole}\x1b\\`
}

/** Sets the outer terminal's clipboard (OSC 52); '' when there is too much of it. `selection` is c, p, s, … */
export function clipboardSequence(selection: string, data: Uint8Array): string {
  if (data.length > MAX_CLIPBOARD_BYTES) return ''
  const target = /^[cpqs0-7]*$/.test(selection) ? selection || 'c' : 'c'
  return `\x1b]52;${target};${Buffer.from(data).toString('base64')}\x1b\\`
}

function knows777(env: NodeJS.ProcessEnv): boolean {
  const { TERM = '', TERM_PROGRAM = '', VTE_VERSION } = env
  return VTE_VERSION !== undefined || /^(foot|rxvt)/.test(TERM) || TERM_PROGRAM === 'ghostty'
}

/** Without control characters: they would end the sequence and begin another. */
function plain(text: string): string {
  return text
    .replace(/[\0-\x1f\x7f-\x9f]/g, ' ')
    .trim()
    .slice(0, MAX_TEXT)
}
