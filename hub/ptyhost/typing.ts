/** Milliseconds after a key in which a person may be about to type the next one. */
const TYPING_PAUSE_MS = 2000
/** Milliseconds after which a line that was begun is taken for abandoned. */
const ABANDONED_AFTER_MS = 10 * 60_000

const ESCAPE = 0x1b
const ENTER = 13
const LINE_FEED = 10
const BACKSPACE = 8
const DELETE = 127
/** Ctrl+c, ctrl+d, ctrl+u: whatever was typed is gone. */
const DISCARDS = new Set([3, 4, 21])

/** Sequences a terminal sends without anybody typing: focus, mouse (SGR, X10, urxvt), answers to queries. */
const NOT_KEYS =
  /\x1b\[(?:[IO]|<[\d;]*[Mm]|M[\s\S]{3}|\d+;\d+;\d+M|\?[\d;]*[A-Za-z$]+|>[\d;]*[A-Za-z]|[\d;]*[Rt])|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)/g
const PASTE = /\x1b\[200~([\s\S]*?)(?:\x1b\[201~|$)/g
/** kitty: CSI code : … ; modifiers : event ; text u. */
const CSI_U = /\x1b\[(\d+)(?::\d*)*(?:;(\d*)(?::(\d))?)?(?:;[\d:]*)?u/g
const OTHER_SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)/g

/** Follows what a person types, to know whether something else may be typed now. Times are performance.now(). */
export class Typing {
  #lastKeyAt = Number.NEGATIVE_INFINITY
  /** Characters of the line being typed, as far as one can tell from outside. */
  #typed = 0

  /** A person's input, as it goes to the program. */
  note(data: Uint8Array, now: number): void {
    if (data.includes(ESCAPE)) return this.#noteSequences(data, now)
    if (data.length === 0) return
    this.#lastKeyAt = now
    for (let index = 0; index < data.length; index++) this.#count(data[index]!)
  }

  /** The line is done for another reason: the program shows a new prompt. */
  finish(): void {
    this.#typed = 0
  }

  /**
   * Milliseconds until nobody is typing: 0 now; while a line is unfinished, until it is taken for abandoned.
   * @param linewise whether the program takes lines; on the alternate screen keys are commands of their own
   */
  busyFor(now: number, linewise: boolean): number {
    const isUnfinished = linewise && this.#typed > 0
    return Math.max(0, this.#lastKeyAt + (isUnfinished ? ABANDONED_AFTER_MS : TYPING_PAUSE_MS) - now)
  }

  /** The same for what may be several keys, a paste, or nothing typed at all. */
  #noteSequences(data: Uint8Array, now: number): void {
    const keys = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1').replace(NOT_KEYS, '')
    if (keys === '') return
    this.#lastKeyAt = now
    const plain = keys
      .replace(PASTE, (_, pasted: string) => 'x'.repeat(pasted.length)) // its newlines submit nothing
      .replace(CSI_U, (_, code: string, modifiers = '', event = '1') => translate(Number(code), modifiers, event))
      .replace(OTHER_SEQUENCES, '')
    for (let index = 0; index < plain.length; index++) this.#count(plain.charCodeAt(index))
  }

  #count(code: number): void {
    if (code === ENTER || code === LINE_FEED || DISCARDS.has(code)) this.#typed = 0
    else if (code === BACKSPACE || code === DELETE) this.#typed = Math.max(0, this.#typed - 1)
    else if (code >= 0x20) this.#typed++
  }
}

/** The control character or text that a kitty key event stands for; '' for one that types nothing. */
function translate(code: number, modifiers: string, event: string): string {
  if (event === '3') return '' // a release
  const control = ((Number(modifiers) || 1) - 1) & 4
  if (control !== 0) return code >= 97 && code <= 122 ? String.fromCharCode(code - 96) : ''
  const shift = ((Number(modifiers) || 1) - 1) & 1
  if (code === ENTER) return shift ? 'x' : '\r' // shift+enter is a new line within what is typed
  if (code === DELETE) return '\x7f'
  return code >= 0x20 && code < 0xe000 ? 'x' : ''
}
