import { Grid } from '../../screen/grid.ts'
import { decodeRow, encodeRow } from '../../screen/row.ts'
import { type FetchHistory, HistoryCache } from './history-cache.ts'
import type { PanelScreen } from './panel-screen.ts'

/**
 * The view into a session's past: its history above its screen. The view hangs on a line, not on a distance from the
 * bottom, so that it stays where it is while output arrives.
 */
export class Scrollback {
  readonly #screen: PanelScreen
  readonly #cache: HistoryCache
  /** Number of the line at the top of the view; undefined at the bottom, where the screen itself is shown. */
  #top: number | undefined
  #epoch = 0
  /** The view stays on its lines also at the bottom, whatever is printed. */
  #held = false
  #view: Grid | undefined
  /** Which line each row of the view shows; undefined where it waits for one. */
  #shown: (number | undefined)[] = []
  /** The view was not made again since something in it changed. */
  #stale = true

  constructor(screen: PanelScreen, fetch: FetchHistory, onArrival: () => void) {
    this.#screen = screen
    this.#cache = new HistoryCache(fetch, () => {
      this.#stale = true
      onArrival()
    })
  }

  /** Lines between the view and the bottom; 0 when it shows the screen as it is. */
  get offset(): number {
    return this.bottom - this.top
  }

  /** Number of the line at the top of the view. */
  get top(): number {
    return this.#top ?? this.bottom
  }

  /** Number of the line at the top of the screen. */
  get bottom(): number {
    return this.#screen.history.first + this.#screen.history.lines
  }

  /** Number of the oldest line there is; on the alternate screen that of its top row. */
  get first(): number {
    return this.#screen.modes.alternateScreen ? this.bottom : this.#screen.history.first
  }

  /** Number after the last row of the screen. */
  get end(): number {
    return this.bottom + this.#screen.grid.rows
  }

  get epoch(): number {
    return this.#screen.history.epoch
  }

  get active(): boolean {
    return this.#top !== undefined
  }

  /** Moves by `lines`, up when positive. The alternate screen has no past. @returns whether the view moved. */
  scroll(lines: number): boolean {
    if (this.#screen.modes.alternateScreen) return false
    const { first } = this.#screen.history
    const before = this.#top
    const top = Math.min(this.bottom, Math.max(first, this.top - lines))
    this.#top = top === this.bottom && !this.#held ? undefined : top
    this.#epoch = this.#screen.history.epoch
    this.#stale = true
    return this.#top !== before
  }

  /** Keeps the view where it is, also at the bottom, until it is sent there. */
  hold(): void {
    if (this.#screen.modes.alternateScreen) return
    this.#held = true
    this.scroll(0)
  }

  /** Ends `hold`: at the bottom the view follows what is printed again. */
  letGo(): void {
    this.#held = false
    if (this.offset === 0) this.toBottom()
  }

  /** Moves as little as needed to show a line; when that is far, the line comes to stand in the middle. */
  reveal(line: number): boolean {
    const { rows } = this.#screen.grid
    const above = this.top - line
    const below = line - (this.top + rows - 1)
    if (above <= 0 && below <= 0) return false
    const far = Math.max(above, below) > 1
    if (above > 0) return this.scroll(far ? above + (rows >> 1) : above)
    return this.scroll(far ? -below - (rows >> 1) : -below)
  }

  /** A line's row as bytes of screen/row-format.ts; undefined outside, and until it has arrived. */
  row(line: number): Uint8Array | undefined {
    if (line < this.first || line >= this.end) return undefined
    if (line >= this.bottom) return encodeRow(this.#screen.grid, line - this.bottom)
    return this.#cache.row(this.#screen.history.epoch, line, this.bottom)
  }

  toTop(): boolean {
    return this.scroll(this.#screen.history.lines + this.#screen.grid.rows)
  }

  /** @returns whether it was elsewhere. */
  toBottom(): boolean {
    const moved = this.#top !== undefined
    this.#top = undefined
    this.#held = false
    this.#view = undefined
    return moved
  }

  /** To be called after every frame: lines may have been dropped, or renumbered by a new epoch. */
  follow(): void {
    this.#stale = true
    if (this.#top === undefined) return
    const { epoch, first, lines } = this.#screen.history
    if (epoch !== this.#epoch || this.#screen.modes.alternateScreen) {
      this.toBottom()
      return
    }
    this.#top = Math.max(this.#top, first)
    if (lines === 0 && !this.#held) this.toBottom()
  }

  /**
   * What to draw: history rows and below them the top of the screen. Blank are rows that have not arrived, unless they
   * stood there already: what scrolls off the screen meanwhile must not vanish until it has made its way back.
   */
  view(): Grid {
    const { grid, history } = this.#screen
    const top = this.#top
    if (top === undefined) return grid
    const view = this.#ensureView(grid.cols, grid.rows)
    if (!this.#stale) return view
    this.#stale = false
    const { bottom } = this
    for (let y = 0; y < view.rows; y++) {
      const line = top + y
      const row = line < bottom ? this.#cache.row(history.epoch, line, bottom) : undefined
      const waits = line < bottom && row === undefined
      if (waits && this.#shown[y] === line) continue
      this.#shown[y] = waits ? undefined : line
      if (row !== undefined) decodeRow(row, view, y)
      else if (waits) view.clearRow(y)
      else view.copyRow(y, grid, line - bottom)
    }
    for (const [id, address] of grid.links) view.links.set(id, address)
    for (const [id, address] of this.#cache.links) view.links.set(id, address)
    return view
  }

  #ensureView(cols: number, rows: number): Grid {
    if (this.#view === undefined || this.#view.cols !== cols || this.#view.rows !== rows) {
      this.#view = new Grid(cols, rows)
      this.#shown = []
    }
    return this.#view
  }
}
