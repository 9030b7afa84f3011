import { setTimeout as pause } from 'node:timers/promises'
import { Backlog } from './backlog.ts'

/** Bytes waiting to be parsed before the PTY is paused: some 20 ms of parsing, so that nothing old is ever shown. */
const HIGH_WATER = 1 << 20
/** Bytes left when reading goes on: enough that parsing never runs dry before the next bytes come. */
const LOW_WATER = 256 << 10
/** Bytes parsed at a time, before the clock is looked at: 0.2 ms of plain text, a few of the worst there is. */
const PIECE_BYTES = 8 << 10
/** Milliseconds one session may parse before the next gets its turn. */
const TURN_MS = 1.5
/** Milliseconds of parsing before input, requests and frames are served again. */
const SLICE_MS = 3
/**
 * For so many milliseconds after somebody typed, slices are shorter and leave pauses: whatever parses now stands
 * between a key and its echo, and what prints the flood takes the processor from whoever answers the key.
 */
const TYPING_MS = 100
const TYPING_SLICE_MS = 1
const TYPING_PAUSE_MS = 1
/** Milliseconds of reading a history before everybody else gets a turn: several are between a key and its echo. */
const READING_SLICE_MS = 3
/** Bytes a session may have parsed at once, as they come, between two slices: an echo, a redrawn screen. */
const IMMEDIATE_BYTES = 16 << 10

/** Milliseconds within which output is added up, and bytes in them that make it a flood: five full screens a frame. */
const FLOOD_WINDOW_MS = 16
const FLOOD_BYTES = 48 << 10
/** Milliseconds without a flood after which it is over. */
const FLOOD_OVER_MS = 100

/** Where output of one session goes. */
export interface Sink {
  /** `data` is valid until it returns. `flooding`: more comes than anybody could read. */
  parse(data: Uint8Array, flooding: boolean): void
  /** A flood is over. */
  calm(): void
  /** Stop and go on reading the PTY. */
  pause(): void
  resume(): void
  /** Everything that came was parsed. */
  drained(): void
}

/**
 * Shares this thread between the sessions that print. Small output after quiet is parsed as it comes; what is more
 * waits in its session's queue and is parsed in turns, with input and requests of everybody served in between.
 */
export class Flow implements Disposable {
  readonly #waiting: OutputQueue[] = []
  readonly #aroundSlice: () => void
  #scheduled: NodeJS.Immediate | undefined
  #paused: NodeJS.Timeout | undefined
  #typingUntil = 0

  /** @param aroundSlice called before and after each slice of parsing: frames may be due */
  constructor(aroundSlice: () => void) {
    this.#aroundSlice = aroundSlice
  }

  /** Somebody typed, at performance.now() `now`. */
  noteInput(now: number): void {
    this.#typingUntil = now + TYPING_MS
  }

  /**
   * Waits for a turn to search or copy: while somebody types, after a pause.
   * @returns until when (performance.now()) it may take
   */
  async readingTurn(): Promise<number> {
    if (performance.now() < this.#typingUntil) {
      await pause(TYPING_PAUSE_MS)
      return performance.now() + TYPING_SLICE_MS
    }
    return performance.now() + READING_SLICE_MS
  }

  /** A queue for one session. */
  queue(sink: Sink): OutputQueue {
    return new OutputQueue(sink, (queue) => this.#add(queue))
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#scheduled)
    clearTimeout(this.#paused)
  }

  #add(queue: OutputQueue): void {
    this.#waiting.push(queue)
    if (this.#paused === undefined) this.#scheduled ??= setImmediate(this.#slice)
  }

  readonly #slice = (): void => {
    this.#scheduled = undefined
    this.#paused = undefined
    this.#aroundSlice()
    const start = performance.now()
    const typing = start < this.#typingUntil
    const end = start + (typing ? TYPING_SLICE_MS : SLICE_MS)
    for (let now = start; now < end && this.#waiting.length > 0; now = performance.now()) {
      const queue = this.#waiting.shift()!
      if (queue.parseUntil(Math.min(end, now + TURN_MS))) this.#waiting.push(queue)
    }
    if (this.#waiting.length > 0) {
      if (typing) this.#paused = setTimeout(this.#slice, TYPING_PAUSE_MS)
      else this.#scheduled = setImmediate(this.#slice)
    }
    this.#aroundSlice()
  }
}

/** What one session printed and is not parsed yet. */
export class OutputQueue implements Disposable {
  readonly #sink: Sink
  readonly #onWaiting: (queue: OutputQueue) => void
  readonly #backlog = new Backlog()
  #paused = false
  #immediateBytes = 0
  #scheduled = false
  #windowStart = 0
  #windowBytes = 0
  #floodTimer: NodeJS.Timeout | undefined

  constructor(sink: Sink, onWaiting: (queue: OutputQueue) => void) {
    this.#sink = sink
    this.#onWaiting = onWaiting
  }

  /** Bytes waiting. */
  get bytes(): number {
    return this.#backlog.length
  }

  /** Takes what was read from the PTY, which may be overwritten afterwards. */
  push(data: Uint8Array): void {
    const flooding = this.#noteRate(data.length)
    if (this.bytes === 0 && this.#immediateBytes + data.length <= IMMEDIATE_BYTES) {
      this.#immediateBytes += data.length
      this.#sink.parse(data, flooding)
      this.#schedule() // for the allowance, which every turn renews
      return
    }
    this.#noteFlood()
    this.#backlog.append(data)
    if (this.bytes > HIGH_WATER && !this.#paused) {
      this.#paused = true
      this.#sink.pause()
    }
    this.#schedule()
  }

  /** Parses until `deadline` (performance.now()), at least one piece. True when more waits. */
  parseUntil(deadline: number): boolean {
    this.#scheduled = false
    this.#immediateBytes = 0
    while (this.bytes > 0) {
      this.#sink.parse(this.#backlog.take(PIECE_BYTES), true)
      if (performance.now() >= deadline) break
    }
    if (this.#paused && this.bytes < LOW_WATER) {
      this.#paused = false
      this.#sink.resume()
    }
    if (this.bytes === 0) this.#sink.drained()
    this.#scheduled = this.bytes > 0
    return this.#scheduled
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#floodTimer)
  }

  #noteRate(bytes: number): boolean {
    const now = performance.now()
    if (now - this.#windowStart > FLOOD_WINDOW_MS) {
      this.#windowStart = now
      this.#windowBytes = 0
    }
    this.#windowBytes += bytes
    if (this.#windowBytes >= FLOOD_BYTES) this.#noteFlood()
    return this.#floodTimer !== undefined
  }

  #noteFlood(): void {
    if (this.#floodTimer === undefined) this.#floodTimer = setTimeout(() => this.#calmDown(), FLOOD_OVER_MS)
    else this.#floodTimer.refresh()
  }

  #calmDown(): void {
    if (this.bytes > 0) {
      this.#floodTimer!.refresh() // still parsing
      return
    }
    this.#floodTimer = undefined
    this.#backlog.release()
    this.#sink.calm()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#onWaiting(this)
  }
}
