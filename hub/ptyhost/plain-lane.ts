import type { Emulator } from './emulator.ts'
import type { History } from './history.ts'

/** Bytes collected before lines move on to the history, as one chunk of it. */
const BLOCK_BYTES = 256 << 10
/** Lines kept back for xterm besides those of the screen, so that the end of a flood can still be laid out anew. */
const KEPT_LINES = 100
/** Pieces of output to leave alone after one that turned out not to be plain. */
const DISCOURAGED_PIECES = 16
/** Lines of a piece that make it worth the trouble. */
const WORTHWHILE_LINES = 8

const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a

/**
 * The fast lane for floods: lines of printable ASCII that fit the screen's width, each ended by CR LF, arriving while
 * the cursor waits at the start of an empty last row in the default style. xterm would print each and scroll it out;
 * here they go straight into the history, in the form they will have there, and only the last of them through xterm,
 * once somebody asks what the screen shows. Until then what xterm holds is out of date: {@link settle} comes first.
 */
export class PlainLane {
  readonly #emulator: Emulator
  readonly #history: History
  #active = false
  #discouraged = 0
  /**
   * Lines end to end; its first byte stands for the line feed before the first of them. Allocated during floods only:
   * most sessions never see one.
   */
  #block = new Uint8Array(0)
  #used = 0
  /** Offsets of the line feeds in the block. */
  #ends = new Uint32Array(0)
  #count = 0
  /** Whether the lines before those in the block have left xterm. */
  #evacuated = false

  constructor(emulator: Emulator, history: History) {
    this.#emulator = emulator
    this.#history = history
  }

  /** Takes output of a program that prints a lot. All of it is taken, one way or the other. */
  parse(data: Uint8Array): void {
    if (!this.#active) data = this.#enter(data)
    if (this.#active && data.length > 0) data = this.#collect(data)
    if (data.length > 0) {
      this.settle()
      this.#emulator.parse(data)
    }
  }

  /** Brings xterm up to date. */
  settle(): void {
    if (!this.#active) return
    this.#active = false
    const { kept, rest } = this.#split()
    if (rest > 0 || this.#evacuated) {
      this.#moveOn(rest)
      this.#emulator.clearScreenQuietly()
    }
    const from = rest === 0 ? 1 : 1 + this.#ends[rest - 1]!
    if (kept > 0 || from < this.#used) this.#emulator.parse(this.#block.subarray(from, this.#used))
  }

  /** Frees what only floods need. */
  release(): void {
    this.settle()
    this.#block = new Uint8Array(0)
    this.#ends = new Uint32Array(0)
  }

  /** Enters the lane at the first line that begins in `data`. Returns what is left to parse. */
  #enter(data: Uint8Array): Uint8Array {
    if (this.#discouraged > 0) {
      this.#discouraged--
      return data
    }
    const start = data.indexOf(LINE_FEED) + 1
    if (start === 0 || data.length - start < 256) return data
    this.#emulator.parse(data.subarray(0, start))
    if (this.#emulator.awaitsPlainLine()) {
      this.#active = true
      this.#evacuated = false
      if (this.#block.length === 0) {
        this.#block = new Uint8Array(BLOCK_BYTES)
        this.#ends = new Uint32Array(BLOCK_BYTES >> 5)
      }
      this.#block[0] = LINE_FEED
      this.#used = 1
      this.#count = 0
    } else {
      this.#discouraged = DISCOURAGED_PIECES
    }
    return data.subarray(start)
  }

  /** Takes plain lines, and the beginning of one at the end. Returns what comes after them. */
  #collect(data: Uint8Array): Uint8Array {
    const cols = this.#emulator.cols
    if (this.#used + data.length > this.#block.length) this.#makeRoom()
    if (this.#used + data.length > this.#block.length) return data
    const block = this.#block
    const before = this.#count
    const base = this.#used
    block.set(data, base)
    let lineStart = (this.#count === 0 ? 0 : this.#ends[this.#count - 1]!) + 1
    let at = base
    const end = base + data.length
    const afterReturn = base > lineStart && block[base - 1] === CARRIAGE_RETURN
    for (; at < end; at++) {
      if (afterReturn && at === base && block[at] !== LINE_FEED) break
      const byte = block[at]!
      if (byte >= 0x20 && byte < 0x7f) continue
      if (byte === CARRIAGE_RETURN) {
        // The line feed must follow; it may be the first byte of the next piece.
        if (at + 1 < end && block[at + 1] !== LINE_FEED) break
        if (at - lineStart > cols) break
      } else if (byte === LINE_FEED && at > lineStart && block[at - 1] === CARRIAGE_RETURN) {
        this.#note(at)
        lineStart = at + 1
      } else {
        break
      }
    }
    const columns = at - lineStart - (block[at - 1] === CARRIAGE_RETURN ? 1 : 0)
    if (at === end && columns <= cols) {
      this.#used = end
      if (this.#count - before < WORTHWHILE_LINES) this.#discouraged = DISCOURAGED_PIECES
      return data.subarray(data.length)
    }
    this.#discouraged = this.#count - before < WORTHWHILE_LINES ? DISCOURAGED_PIECES : 0
    // What began before this piece stays; the line that is not plain goes to xterm from where it stands here.
    const cut = Math.max(base, lineStart)
    this.#used = cut
    return data.subarray(cut - base)
  }

  #note(lineFeed: number): void {
    if (this.#count === this.#ends.length) {
      const ends = new Uint32Array(this.#ends.length * 2)
      ends.set(this.#ends)
      this.#ends = ends
    }
    this.#ends[this.#count++] = lineFeed
  }

  /** Lines of the block that xterm must see, and those before them that it need not. */
  #split(): { kept: number; rest: number } {
    const kept = Math.min(this.#count, this.#emulator.rows - 1 + KEPT_LINES)
    return this.#evacuated || this.#count > kept ? { kept, rest: this.#count - kept } : { kept: this.#count, rest: 0 }
  }

  /** The block is full: its older lines become history. */
  #makeRoom(): void {
    const { rest } = this.#split()
    if (rest === 0) return
    const from = this.#ends[rest - 1]!
    this.#moveOn(rest)
    this.#block.copyWithin(0, from, this.#used)
    for (let index = rest; index < this.#count; index++) this.#ends[index - rest] = this.#ends[index]! - from
    this.#used -= from
    this.#count -= rest
  }

  /** Hands the first `lines` of the block to the history, after all that came before them. */
  #moveOn(lines: number): void {
    if (!this.#evacuated) this.#emulator.evacuate()
    this.#evacuated = true
    if (lines === 0) return
    this.#emulator.noteLinesPassed(lines)
    this.#history.adopt(this.#block, this.#ends, lines)
  }
}
