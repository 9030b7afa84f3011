import type { Output } from './output.ts'

/** Writes cursor movements in the fewest bytes, knowing where the terminal's cursor is. */
export class CursorWriter {
  /** Column, or -1 when it is not certain: after the last column, or a glyph whose width terminals dispute. */
  x = -1
  /** Row, or -1 when it is not known. */
  y = -1
  readonly #out: Output

  constructor(out: Output) {
    this.#out = out
  }

  /** Forgets where the cursor is. */
  forget(): void {
    this.x = this.y = -1
  }

  /**
   * Moves to a cell. Line feeds are only sent after a carriage return (a tty may add one itself) and never from the
   * last row (the screen would scroll).
   */
  moveTo(x: number, y: number): void {
    if (y === this.y) this.#moveInRow(x)
    else if (this.y >= 0 && x === 0 && y > this.y && y - this.y <= 2) {
      this.#out.ascii(y - this.y === 1 ? '\r\n' : '\r\n\n')
    } else if (this.y >= 0 && x === this.x) {
      const down = y - this.y
      this.#sequence(Math.abs(down), down > 0 ? 0x42 : 0x41)
    } else this.#moveAnywhere(x, y)
    this.x = x
    this.y = y
  }

  #moveInRow(x: number): void {
    if (x === this.x) return
    if (x === 0) return this.#out.byte(0x0d)
    const absolute = 3 + digits(x + 1)
    if (this.x >= 0) {
      const right = x - this.x
      const relative = Math.abs(right) === 1 ? 3 : 3 + digits(Math.abs(right))
      if (right < 0 && -right <= Math.min(relative, absolute)) {
        for (let left = right; left < 0; left++) this.#out.byte(0x08)
        return
      }
      if (relative <= absolute) return this.#sequence(Math.abs(right), right > 0 ? 0x43 : 0x44)
    }
    this.#sequence(x + 1, 0x47)
  }

  #moveAnywhere(x: number, y: number): void {
    const out = this.#out
    out.ascii('\x1b[')
    if (x > 0 || y > 0) out.number(y + 1)
    if (x > 0) {
      out.byte(0x3b)
      out.number(x + 1)
    }
    out.byte(0x48)
  }

  /** CSI with one parameter, which is left out when it is 1. */
  #sequence(parameter: number, final: number): void {
    this.#out.ascii('\x1b[')
    if (parameter !== 1) this.#out.number(parameter)
    this.#out.byte(final)
  }
}

function digits(value: number): number {
  return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4
}
