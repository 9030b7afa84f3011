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
  /** First lines of the pages asked for: asking again would give the same answer. */
  readonly #asked = new Set<number>()
  /** Requests that have not been answered yet: first line and the one after the last. */
  readonly #coming = new Map<number, number>()
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
    if (row !== undefined) return row
    for (const [from, until] of this.#coming) if (line >= from && line < until) return undefined
    const page = line - (line % PAGE_ROWS)
    // A page that came cut short is asked for again from where it ended.
    const from = this.#asked.has(page) ? line : page
    if (!this.#asked.has(from)) this.#request(from, Math.min(page + PAGE_ROWS, end))
    return undefined
  }

  #begin(epoch: number): void {
    this.#epoch = epoch
    this.#forget()
    this.links.clear()
  }

  #forget(): void {
    this.#rows.clear()
    this.#asked.clear()
    this.#coming.clear()
  }

  #request(from: number, end: number): void {
    const epoch = this.#epoch
    this.#asked.add(from)
    this.#coming.set(from, end)
    const arrived = (page: HistoryPage | undefined) => {
      if (epoch !== this.#epoch) return
      this.#coming.delete(from)
      if (page === undefined) this.#asked.delete(from)
      else if (page.epoch === epoch && page.rows.length > 0) this.#keep(page)
    }
    void this.#fetch(epoch, from, end - from).then(arrived, () => arrived(undefined))
  }

  #keep(page: HistoryPage): void {
    if (this.#rows.size > MAX_ROWS) this.#forget() // what is shown is asked for again at once
    for (const [index, row] of page.rows.entries()) this.#rows.set(page.from + index, row)
    for (const [id, address] of page.links) this.links.set(id, address)
    this.#onArrival()
  }
}
