import type { Frame } from '../../protocol/messages/ptyhost.ts'
import type { Grid, Rectangle } from '../../screen/grid.ts'
import type { PaintCursor } from '../../screen/painter.ts'
import type { Mark } from '../compositor.ts'
import { Reader } from '../reader/reader.ts'
import { PanelScreen } from '../stores/panel-screen.ts'
import { Scrollback } from '../stores/scrollback.ts'
import type { DataPlane, Size } from './data-plane.ts'

/** What a frame changed in a panel: rows of it, or all of it. */
export interface PanelChange {
  readonly rows: readonly number[]
  readonly all: boolean
}

/** Where the chrome has room for a terminal. */
export interface PanelPlace {
  /** Of the node in the tree. */
  readonly path: string
  readonly area: Rectangle
  readonly overlay: boolean
}

/**
 * One terminal of the layout: a rectangle of the screen, the session shown in it, and the view that feeds it. When the
 * session changes, the old picture stays until the first frame of the new one.
 */
export class Panel {
  readonly #data: DataPlane
  readonly #onChange: (panel: Panel) => void
  area: Rectangle
  /** Part of the overlay. */
  overlay: boolean
  session: string
  #view = 0
  #screen: PanelScreen
  #scrollback: Scrollback
  #reader: Reader
  /** What is shown until `#screen` is ready. */
  #previous: Grid | undefined
  #failed = false

  constructor({ overlay, area }: PanelPlace, session: string, data: DataPlane, onChange: (panel: Panel) => void) {
    this.session = session
    this.area = area
    this.overlay = overlay
    this.#data = data
    this.#onChange = onChange
    this.#screen = new PanelScreen(area.cols, area.rows)
    this.#scrollback = this.#newScrollback()
    this.#reader = this.#newReader()
    this.#start()
  }

  get view(): number {
    return this.#view
  }

  get screen(): PanelScreen {
    return this.#screen
  }

  get scrollback(): Scrollback {
    return this.#scrollback
  }

  /** What a person does with the terminal's text: copy mode, search, selection. */
  get reader(): Reader {
    return this.#reader
  }

  /** What is marked in a row of `grid`. */
  marks(row: number): readonly Mark[] | undefined {
    return this.#reader.marks(row)
  }

  /** Where the cursor stands: that of copy mode, or the program's unless the view is elsewhere. */
  get cursor(): PaintCursor | undefined {
    if (this.#reader.cursor !== undefined) return this.#reader.cursor
    return this.#scrollback.active || !this.#screen.ready ? undefined : this.#screen.cursor
  }

  get size(): Size {
    return { cols: Math.max(1, this.area.cols), rows: Math.max(1, this.area.rows) }
  }

  /** What to draw into the area. */
  get grid(): Grid {
    if (!this.#screen.ready && this.#previous !== undefined) return this.#previous
    return this.#scrollback.view()
  }

  /** Shows another session. */
  show(session: string): void {
    if (session === this.session) return
    this.#previous = this.grid
    this.session = session
    this.#restart()
  }

  /** Takes another place; the session takes the new size at once. @returns whether anything changed */
  place({ area, overlay }: PanelPlace): boolean {
    const { x, y, cols, rows } = this.area
    const stays = x === area.x && y === area.y && cols === area.cols && rows === area.rows
    if (stays && overlay === this.overlay) return false
    this.overlay = overlay
    this.area = area
    if (cols !== area.cols || rows !== area.rows) this.#data.resize(this.session, this.size)
    return true
  }

  /** Makes the view anew, on a new connection. */
  reconnect(): void {
    if (!this.#screen.ready) {
      this.#data.unview(this.#view)
      return this.#start() // nothing was shown yet: a search or copy mode that was begun goes on
    }
    const { modes } = this.#screen
    this.#previous = this.grid
    this.#restart()
    this.#screen.modes = modes // of the same program: what is typed before its first frame is typed as before
  }

  /** The view was refused: nothing of an earlier session must stand in its place. */
  fail(): void {
    this.#previous = undefined
    this.#failed = true
  }

  get failed(): boolean {
    return this.#failed
  }

  apply(frame: Frame): PanelChange {
    const first = !this.#screen.ready
    const { rows, all } = this.#screen.apply(frame)
    this.#scrollback.follow()
    this.#reader.follow()
    this.#previous = undefined
    return { rows, all: all || first || this.#scrollback.active || this.#reader.marking }
  }

  close(): void {
    this.#reader[Symbol.dispose]()
    this.#data.unview(this.#view)
  }

  #restart(): void {
    this.#data.unview(this.#view)
    this.#screen = new PanelScreen(this.area.cols, this.area.rows)
    this.#scrollback = this.#newScrollback()
    this.#reader[Symbol.dispose]()
    this.#reader = this.#newReader()
    this.#start()
  }

  #start(): void {
    this.#failed = false
    this.#view = this.#data.view(this.session, this.size)
  }

  #newScrollback(): Scrollback {
    const { session } = this
    const scrollback: Scrollback = new Scrollback(
      this.#screen,
      (epoch, from, count) => this.#data.history(session, epoch, from, count),
      () => {
        if (this.#scrollback === scrollback && scrollback.active) this.#onChange(this)
      },
    )
    return scrollback
  }

  #newReader(): Reader {
    const { session } = this
    const reader: Reader = new Reader({
      screen: this.#screen,
      scrollback: this.#scrollback,
      search: (request) => this.#data.ask('search', { session, ...request }),
      onChange: () => {
        if (this.#reader === reader) this.#onChange(this)
      },
    })
    return reader
  }
}
