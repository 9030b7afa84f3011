/** Bytes of an alert that are passed on: titles are short, and some terminals show all of it. */
const MAX_TEXT = 256
/** Bytes of a clipboard text; more than this is no text somebody wants to paste. */
const MAX_CLIPBOARD_BYTES = 1 << 20

/**
 * An alert for the outer terminal: OSC 9 (iTerm2, kitty, WezTerm, Windows Terminal) and OSC 777 (urxvt, foot, VTE).
 * Those that know both show the second only; unknown ones are ignored.
 */
export function alertSequence(title: string, body: string): string {
  const heading = plain(title)
  const text = plain(body)
  const whole = [heading, text].filter((part) => part !== '').join(': ')
  // OSC 9 of digits and semicolons alone would be read as progress.
  const osc9 = /^[\d;]*$/.test(whole) ? '' : `\x1b]9;${whole}\x1b\\`
  return `${osc9}\x1b]777;notify;${heading.replaceAll(';', ',')};${text}\x1b\\`
}

/** Sets the outer terminal's clipboard (OSC 52); '' when there is too much of it. `selection` is c, p, s, … */
export function clipboardSequence(selection: string, data: Uint8Array): string {
  if (data.length > MAX_CLIPBOARD_BYTES) return ''
  const target = /^[cpqs0-7]*$/.test(selection) ? selection || 'c' : 'c'
  return `\x1b]52;${target};${Buffer.from(data).toString('base64')}\x1b\\`
}

/** Without control characters: they would end the sequence and begin another. */
function plain(text: string): string {
  return text
    .replace(/[\0-\x1f\x7f-\x9f]/g, ' ')
    .trim()
    .slice(0, MAX_TEXT)
}
