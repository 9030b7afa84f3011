import { RowEncoder } from '../../screen/row.ts'
import { encodeLine, plainRowRoom, usedColumns, writePlainRow } from './xterm-cells.ts'
import type { XtermLine } from './xterm-internals.ts'

/** Bytes of a full chunk: dropping one forgets some hundred lines, and a thousand sessions waste little at their ends. */
const CHUNK_BYTES = 64 << 10
/** Bytes of a session's first chunk; later ones are as large as all before together, up to CHUNK_BYTES. */
const FIRST_CHUNK_BYTES = 4 << 10
/** Bytes of a block of lines that are worth a chunk of their kind; fewer go row by row to where there is room. */
const WORTHWHILE_BLOCK_BYTES = 16 << 10
/** What a line costs besides its bytes: where it ends. */
const LINE_BYTES = 4

/** Memory of a chunk. */
interface Room {
  readonly bytes: Uint8Array
  /** Where each row ends in `bytes`. */
  ends: Uint32Array
}

interface Chunk extends Room {
  used: number
  count: number
  /** Index of its first row. */
  readonly first: number
  /** Bytes between the rows, at the end of each. */
  readonly gap: 0 | 1
  /** Whether somebody may hold rows of it. */
  lent: boolean
}

/**
 * The lines that left xterm, as rows (screen/row.ts) packed into chunks: a plain line costs its characters and five
 * bytes. Lines are numbered from 0 as they come; the oldest are dropped when `maxBytes` is exceeded.
 */
export class CompactHistory {
  readonly #maxBytes: number
  readonly #encoder = new RowEncoder()
  readonly #links = new Set<number>()
  #chunks: Chunk[] = []
  #bytes = 0
  #end = 0
  /** Of a chunk that was dropped, for the next: a flood longer than the history leaves nothing to collect. */
  #spare: Room | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Index of the oldest line that is kept. */
  get first(): number {
    return this.#chunks[0]?.first ?? this.#end
  }

  /** Index the next line will get. */
  get end(): number {
    return this.#end
  }

  /** Memory in use. */
  get bytes(): number {
    return this.#bytes
  }

  push(line: XtermLine): void {
    const chunk = this.#roomFor(plainRowRoom(line.length))
    const columns = usedColumns(line)
    const end = writePlainRow(line, columns, chunk.bytes, chunk.used)
    if (end !== -1) return this.#commit(chunk, end + chunk.gap)
    encodeLine(line, this.#encoder, this.#links, columns)
    this.#links.clear()
    this.pushRow(this.#encoder.end())
  }

  /** A row that is encoded already. */
  pushRow(row: Uint8Array): void {
    const chunk = this.#roomFor(row.length)
    chunk.bytes.set(row, chunk.used)
    this.#commit(chunk, chunk.used + row.length + chunk.gap)
  }

  /**
   * The row of a line, or undefined when it is not kept. It stays valid as long as the caller holds it. A Buffer, because
   * searching makes text of it, and another view of each of a hundred thousand lines would be collected meanwhile.
   */
  row(index: number): Buffer | undefined {
    if (index < this.first || index >= this.#end) return undefined
    const chunk = this.#chunkOf(index)
    chunk.lent = true
    const at = index - chunk.first
    const start = at === 0 ? 0 : chunk.ends[at - 1]!
    const { buffer, byteOffset } = chunk.bytes
    return Buffer.from(buffer, byteOffset + start, chunk.ends[at]! - chunk.gap - start)
  }

  /**
   * Takes the first `count` lines of a block of plain ones as they are: `LF text CR LF text CR LF …`, with the offsets
   * of the line feeds after each. A row is flags and text, so the line feed before a text becomes the flags (in the
   * block too).
   */
  adopt(block: Uint8Array, lineFeeds: Uint32Array, count: number): void {
    block[0] = 0
    for (let index = 0; index < count - 1; index++) block[lineFeeds[index]!] = 0
    const length = lineFeeds[count - 1]!
    const rowByRow = length < WORTHWHILE_BLOCK_BYTES && this.#chunks.at(-1)?.gap !== 1
    for (let index = 0, from = 0; index < count; from = lineFeeds[index - 1]!) {
      if (rowByRow) this.pushRow(block.subarray(from, lineFeeds[index++]! - 1))
      else index = this.#copy(block, from, lineFeeds, index, count)
    }
  }

  /** Drops all lines; numbering goes on. */
  clear(): void {
    this.#chunks = []
    this.#bytes = 0
    this.#spare = undefined
  }

  /** Copies as many lines of a block as one chunk takes, from line `index`, which begins at `from`. Returns the next one. */
  #copy(block: Uint8Array, from: number, lineFeeds: Uint32Array, index: number, count: number): number {
    const chunk = this.#roomForBlock(lineFeeds[index]! - from)
    const shift = chunk.used - from
    const last = chunk.bytes.length - shift
    while (index < count && lineFeeds[index]! <= last) this.#commit(chunk, lineFeeds[index++]! + shift)
    chunk.bytes.set(block.subarray(from, lineFeeds[index - 1]), from + shift)
    return index
  }

  /** Of a row and what is behind it. */
  #roomFor(bytes: number): Chunk {
    const last = this.#chunks.at(-1)
    if (last !== undefined && last.used + bytes + last.gap <= last.bytes.length) return last
    return this.#open(bytes, 0)
  }

  #roomForBlock(bytes: number): Chunk {
    const last = this.#chunks.at(-1)
    if (last?.gap === 1 && last.used + bytes <= last.bytes.length) return last
    if (last?.gap === 0) this.#trimLast()
    return this.#open(bytes, 1)
  }

  #open(bytes: number, gap: 0 | 1): Chunk {
    const size = Math.max(bytes, Math.min(CHUNK_BYTES, Math.max(FIRST_CHUNK_BYTES, this.#bytes)))
    const chunk = { ...this.#take(size), used: 0, count: 0, first: this.#end, gap, lent: false }
    this.#add(chunk)
    return chunk
  }

  #take(size: number): Room {
    const spare = this.#spare
    this.#spare = undefined
    if (spare?.bytes.length === size) return spare
    return { bytes: new Uint8Array(size), ends: new Uint32Array(Math.ceil(size / 64)) }
  }

  /** Gives back what is free in the last chunk: nothing will be added to it any more. */
  #trimLast(): void {
    const last = this.#chunks.pop()!
    this.#bytes -= memoryOf(last)
    this.#add({ ...last, bytes: last.bytes.slice(0, last.used), ends: last.ends.slice(0, last.count) })
  }

  #add(chunk: Chunk): void {
    this.#chunks.push(chunk)
    this.#bytes += memoryOf(chunk)
    while (this.#bytes > this.#maxBytes && this.#chunks.length > 1) {
      const dropped = this.#chunks.shift()!
      this.#bytes -= memoryOf(dropped)
      if (!dropped.lent) this.#spare = dropped
    }
  }

  #commit(chunk: Chunk, end: number): void {
    if (chunk.count === chunk.ends.length) {
      const ends = new Uint32Array(chunk.ends.length * 2)
      ends.set(chunk.ends)
      this.#bytes += (ends.length - chunk.ends.length) * LINE_BYTES
      chunk.ends = ends
    }
    chunk.ends[chunk.count++] = end
    chunk.used = end
    this.#end++
  }

  #chunkOf(index: number): Chunk {
    let low = 0
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#chunks[middle]!.first <= index) low = middle
      else high = middle - 1
    }
    return this.#chunks[low]!
  }
}

function memoryOf({ bytes, ends }: Room): number {
  return bytes.length + ends.length * LINE_BYTES
}
