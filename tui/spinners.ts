import { SPINNER_FRAMES } from './chrome/spinner-glyphs.ts'

/** Milliseconds a spinner shows one picture: fast enough to turn, slow enough for a line with little to spare. */
const FRAME_MS = 120

/** Turns what spins on the screen, and costs nothing while nothing does. */
export class Spinners implements Disposable {
  readonly #turn: (glyph: number) => void
  #timer: NodeJS.Timeout | undefined
  #frame = 0

  /** @param turn shows a picture in place of the one before */
  constructor(turn: (glyph: number) => void) {
    this.#turn = turn
  }

  /** What spinners show now. */
  get glyph(): number {
    return SPINNER_FRAMES[this.#frame]!
  }

  /** Says whether there is something that spins. */
  update(any: boolean): void {
    if (any === (this.#timer !== undefined)) return
    clearInterval(this.#timer)
    this.#timer = any ? setInterval(() => this.#next(), FRAME_MS) : undefined
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #next(): void {
    this.#frame = (this.#frame + 1) % SPINNER_FRAMES.length
    this.#turn(this.glyph)
  }
}
