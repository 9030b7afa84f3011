/** Rows fetched at once: about three screens, so that paging up waits rarely. */
const PAGE_ROWS = 128
/** Rows kept of one session. At 500 bytes a dense row this is 4 MB. */
const MAX_ROWS = 8192

export interface HistoryPage {
  readonly epoch: number
  readonly from: number
  readonly rows: readonly Uint8Array[]
  readonly links: readonly (readonly [number, string])[]
}

export type FetchHistory = (epoch: number, from: number, count: number) => Promise<HistoryPage | undefined>

/**
 * Rows above a session's screen, fetched page by page when they are asked for and kept by {epoch, line}. A new epoch
 * (a reflow or a clear) forgets everything.
 */
export class HistoryCache {
  readonly #fetch: FetchHistory
  readonly #onArrival: () => void
  readonly #rows = new Map<number, Uint8Array>()
  readonly #pending = new Set<number>()
  readonly links = new Map<number, string>()
  #epoch = -1

  constructor(fetch: FetchHistory, onArrival: () => void) {
    this.#fetch = fetch
    this.#onArrival = onArrival
  }

  /**
   * Row `line` of `epoch`, as bytes of screen/row-format.ts. When it is not here yet it is fetched, with its
   * neighbours below `end`, and `onArrival` says when it came.
   */
  row(epoch: number, line: number, end: number): Uint8Array | undefined {
    if (epoch !== this.#epoch) this.#begin(epoch)
    const row = this.#rows.get(line)
    if (row === undefined) this.#request(line - (line % PAGE_ROWS), end)
    return row
  }

  #begin(epoch: number): void {
    this.#epoch = epoch
    this.#rows.clear()
    this.#pending.clear()
    this.links.clear()
  }

  #request(from: number, end: number): void {
    if (this.#pending.has(from)) return
    const epoch = this.#epoch
    this.#pending.add(from)
    const arrived = (page: HistoryPage | undefined) => {
      if (epoch !== this.#epoch) return
      this.#pending.delete(from)
      if (page !== undefined && page.epoch === epoch && page.rows.length > 0) this.#keep(page)
    }
    void this.#fetch(epoch, from, Math.min(PAGE_ROWS, end - from)).then(arrived, () => arrived(undefined))
  }

  #keep(page: HistoryPage): void {
    if (this.#rows.size > MAX_ROWS) this.#rows.clear() // what is shown is asked for again at once
    for (const [index, row] of page.rows.entries()) this.#rows.set(page.from + index, row)
    for (const [id, address] of page.links) this.links.set(id, address)
    this.#onArrival()
  }
}
