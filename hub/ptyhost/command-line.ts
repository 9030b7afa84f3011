import { plain } from './announcements.ts'
import type { XtermCore } from './xterm-internals.ts'

/** Characters that are read back from the screen. */
const MAX_LENGTH = 4096

/** Reads the command line of a shell that marks its prompts (OSC 133) back from the screen when it is submitted. */
export class CommandLine {
  readonly #core: Pick<XtermCore, '_bufferService'>
  readonly #linesLeft: () => number
  /** Where it begins; the line is counted from the first that ever was, so that scrolling does not matter. */
  #start: { line: number; x: number } | undefined

  /** @param linesLeft how many lines have left xterm at the top */
  constructor(core: Pick<XtermCore, '_bufferService'>, linesLeft: () => number) {
    this.#core = core
    this.#linesLeft = linesLeft
  }

  /** The command line begins at the cursor. */
  mark(): void {
    const { active } = this.#core._bufferService.buffers
    this.#start = { line: this.#linesLeft() + active.ybase + active.y, x: active.x }
  }

  /** Lines moved in other ways than by scrolling: the mark means nothing any more. */
  forget(): void {
    this.#start = undefined
  }

  /** The text from the mark to the cursor; undefined without a mark, or when it has scrolled away. */
  sinceMark(): string | undefined {
    const start = this.#start
    this.#start = undefined
    const { active, alt } = this.#core._bufferService.buffers
    if (start === undefined || active === alt) return undefined
    const first = start.line - this.#linesLeft()
    const last = active.ybase + active.y
    if (first < 0) return undefined
    let text = ''
    for (let index = first; index <= last && text.length < MAX_LENGTH; index++) {
      const line = active.lines.get(index)
      if (line === undefined) break
      const piece = line.translateToString(true, index === first ? start.x : 0, index === last ? active.x : undefined)
      text += index === first || line.isWrapped ? piece : `\n${piece}`
    }
    return plain(text.trim())
  }
}
