import type { History } from './history.ts'

/** Prompts remembered per session; of more, the oldest are forgotten. */
const MAX_MARKS = 10_000

/** The lines on which shells began a prompt (OSC 133 A), numbered from the first line that ever was. */
export class PromptMarks {
  /** From the top down. */
  #lines: number[] = []

  /** A prompt begins on a line. What was marked below it has been erased: shells write downward. */
  add(line: number): void {
    while (this.#lines.length > 0 && this.#lines.at(-1)! >= line) this.#lines.pop()
    this.#lines.push(line)
    if (this.#lines.length > MAX_MARKS) this.#lines.shift()
  }

  /** The last one above a line. */
  before(line: number): number | undefined {
    return this.#lines[this.#firstFrom(line) - 1]
  }

  /** The first one below a line. */
  after(line: number): number | undefined {
    return this.#lines[this.#firstFrom(line + 1)]
  }

  /** What was above line `top` is gone, and what is below it has moved up by `count` lines. */
  cleared(top: number, count: number): void {
    this.#lines = this.#lines.slice(this.#firstFrom(top)).map((line) => line - count)
  }

  clear(): void {
    this.#lines = []
  }

  /**
   * To be called before the lines from `top` on are laid out anew, which keeps the order of logical lines. The function
   * it returns is called afterwards.
   * @param isWrapped whether the line `index` after `top` continues the one above it; undefined where there is none
   */
  beforeReflow(top: number, isWrapped: (index: number) => boolean | undefined): () => void {
    const from = this.#firstFrom(top)
    if (from === this.#lines.length) return () => {}
    const wanted = new Set(this.#lines.slice(from).map((line) => line - top))
    const ordinals = new Set<number>()
    forEachStart(isWrapped, (start, ordinal, end) => {
      for (let index = start; index < end; index++) if (wanted.has(index)) ordinals.add(ordinal)
    })
    return () => {
      this.#lines.length = from
      forEachStart(isWrapped, (start, ordinal) => {
        if (ordinals.has(ordinal)) this.#lines.push(top + start)
      })
    }
  }

  /** Place of the first mark on `line` or below it. */
  #firstFrom(line: number): number {
    let low = 0
    let high = this.#lines.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#lines[middle]! < line) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The nearest kept line of `epoch` above or below `line` that begins a prompt. */
export function promptNear(
  { prompts }: { readonly prompts: PromptMarks },
  { extent, origin }: Pick<History, 'extent' | 'origin'>,
  epoch: number,
  line: number,
  direction: 'up' | 'down',
): number | undefined {
  if (epoch !== extent.epoch) return undefined
  const found = direction === 'up' ? prompts.before(line + origin) : prompts.after(line + origin)
  return found === undefined || found - origin < extent.first ? undefined : found - origin
}

/** Calls back with the first row of each logical line, how many came before it, and the row after its last. */
function forEachStart(
  isWrapped: (index: number) => boolean | undefined,
  visit: (start: number, ordinal: number, end: number) => void,
): void {
  let ordinal = 0
  for (let start = 0, end = 1; isWrapped(start) !== undefined; start = end++, ordinal++) {
    while (isWrapped(end) === true) end++
    visit(start, ordinal, end)
  }
}
