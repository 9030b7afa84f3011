import type { Position } from '../../screen/logical-line.ts'

/** Numbers of a match: line, column, line and column of its end (exclusive). */
const SIZE = 4

/** Matches of a search in the order of their places; they do not overlap. */
export class MatchList {
  #numbers = new Int32Array(0)

  get count(): number {
    return this.#numbers.length / SIZE
  }

  start(index: number): Position {
    return { line: this.#numbers[index * SIZE]!, column: this.#numbers[index * SIZE + 1]! }
  }

  end(index: number): Position {
    return { line: this.#numbers[index * SIZE + 2]!, column: this.#numbers[index * SIZE + 3]! }
  }

  clear(): void {
    this.#numbers = new Int32Array(0)
  }

  /** Adds matches that come before all others; `bytes` as the ptyhost sends them. */
  prepend(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const numbers = new Int32Array(bytes.length / 4 + this.#numbers.length)
    new Uint8Array(numbers.buffer).set(bytes)
    numbers.set(this.#numbers, bytes.length / 4)
    this.#numbers = numbers
  }

  /** Forgets the matches that begin on `line` or below it. @returns them, for `append` */
  cutFrom(line: number): Int32Array {
    const at = this.firstAfter({ line, column: -1 }) * SIZE
    const rest = this.#numbers.slice(at)
    this.#numbers = this.#numbers.slice(0, at)
    return rest
  }

  /** Adds matches that come after all others. */
  append(more: Int32Array): void {
    if (more.length === 0) return
    const numbers = new Int32Array(this.#numbers.length + more.length)
    numbers.set(this.#numbers)
    numbers.set(more, this.#numbers.length)
    this.#numbers = numbers
  }

  /** Index of the first match that begins after a place; `count` when there is none. */
  firstAfter({ line, column }: Position): number {
    return this.#search(
      (at) => this.#numbers[at]! > line || (this.#numbers[at] === line && this.#numbers[at + 1]! > column),
    )
  }

  /** Index of the first match that ends on `line` or below it; `count` when there is none. */
  firstReaching(line: number): number {
    return this.#search((at) => this.#numbers[at + 2]! >= line)
  }

  /** The first index whose numbers are far enough; those after it are too. */
  #search(isFarEnough: (at: number) => boolean): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isFarEnough(middle * SIZE)) high = middle
      else low = middle + 1
    }
    return low
  }
}
