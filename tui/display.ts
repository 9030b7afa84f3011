import { isDeepStrictEqual } from 'node:util'
import { CELL_SIZE } from '../screen/cell.ts'
import type { ColorDepth } from '../screen/color.ts'
import { Grid } from '../screen/grid.ts'
import { type PaintCursor, Painter, type PainterOptions } from '../screen/painter.ts'
import type { Area, FrameMessage, ScreenSize, WidgetArea } from './chrome/protocol.ts'
import { SPINNER_FRAMES } from './chrome/spinner-glyphs.ts'
import { Compositor, type Layer } from './compositor.ts'
import type { Panel, PanelChange } from './data/panel.ts'
import { fitLooks, type MarkLooks, USUAL_LOOKS } from './mark-looks.ts'
import { drawNotices } from './notice-layer.ts'
import type { Notice } from './stores/notices.ts'

/** Where the bytes go; `write` gives false when no more should come until it has drained. */
export interface Screen {
  write(bytes: Uint8Array | string): boolean
}

const HIDDEN: PaintCursor = { x: 0, y: 0, visible: false, shape: 0 }

/** What the user sees: chrome, terminals and notices put together, and written where they changed. */
export class Display {
  readonly #screen: Screen
  readonly #painter: Painter
  readonly #compositor = new Compositor()
  readonly #colors: ColorDepth
  #markLooks = USUAL_LOOKS
  #size: ScreenSize
  #frame: FrameMessage | undefined
  /** The chrome's cells, and what its spinners show. */
  #chrome = new Grid(0, 0)
  #spinner = SPINNER_FRAMES[0]!
  #notices: readonly Notice[] = []
  /** The next paint starts from an unknown screen. */
  #clear = true
  /** The terminal does not take more at the moment. */
  #busy = false

  constructor(screen: Screen, size: ScreenSize, options?: PainterOptions) {
    this.#screen = screen
    this.#size = size
    this.#colors = options?.colors ?? 'truecolor'
    this.#painter = new Painter(options)
    this.#compositor.resize(size.cols, size.rows)
    this.#compositor.setMarkLooks(fitLooks(USUAL_LOOKS, this.#colors))
  }

  get size(): ScreenSize {
    return this.#size
  }

  /** Lists and inputs, where they are now. */
  get widgets(): readonly WidgetArea[] {
    return this.#frame?.widgets ?? []
  }

  get overlays(): readonly Area[] {
    return this.#frame?.overlays ?? []
  }

  /** The terminal has another size; what it shows is unknown until the next paint. */
  resize(size: ScreenSize): void {
    this.#size = size
    this.#compositor.resize(size.cols, size.rows)
    this.showNotices(this.#notices)
    this.invalidate()
  }

  /** Something else wrote to the terminal: the next paint draws everything. */
  invalidate(): void {
    this.#clear = true
    this.#compositor.touchAll()
  }

  showChrome(frame: FrameMessage): void {
    this.#frame = frame
    const grid = new Grid(0, 0)
    grid.cols = frame.cols
    grid.rows = frame.rows
    grid.cells = new Uint32Array(frame.cells)
    grid.wrapped = new Uint8Array(frame.rows)
    this.#chrome = grid
    this.#turnSpinners()
    for (const [index, text] of frame.clusters) grid.clusters.set(index, text)
    const overlays = frame.overlays.map(({ x, y, width, height }) => ({ x, y, cols: width, rows: height }))
    this.#compositor.setChrome(grid, overlays)
  }

  /** Whether something turns on the screen. */
  get hasSpinners(): boolean {
    return (this.#frame?.spinners.length ?? 0) > 0
  }

  /** Shows the next picture of everything that turns: only those cells are drawn. */
  spin(glyph: number): void {
    this.#spinner = glyph
    this.#turnSpinners()
    const { cols } = this.#chrome
    for (const row of new Set(this.#frame?.spinners.map((index) => Math.floor(index / cols)))) {
      this.#compositor.touch({ area: { x: 0, y: row, cols, rows: 1 }, grid: this.#chrome })
    }
  }

  placePanels(panels: readonly Panel[]): void {
    this.#compositor.setPanels(panels)
  }

  /** Rows of a terminal changed; without `change`, all of it may have. */
  panelChanged(panel: Panel, change?: PanelChange): void {
    this.#compositor.touch(panel, change === undefined || change.all ? undefined : change.rows)
  }

  /** How what is marked in terminals looks, in the theme in use. */
  setMarkLooks(looks: MarkLooks): void {
    if (isDeepStrictEqual(looks, this.#markLooks)) return
    this.#markLooks = looks
    this.#compositor.setMarkLooks(fitLooks(looks, this.#colors))
  }

  showNotices(notices: readonly Notice[]): void {
    this.#notices = notices
    const layer: Layer | undefined = drawNotices(notices, this.#size.cols, this.#size.rows)
    this.#compositor.setNotices(layer ? [layer] : [])
  }

  /**
   * Writes what changed, in one piece. The cursor is the focused terminal's, else that of the chrome's input.
   * @returns false when the terminal is busy and nothing was written: paint again once it has drained
   */
  paint(focused: Panel | undefined): boolean {
    if (this.#busy) return false
    if (this.#frame === undefined && this.#notices.length === 0) return true // nothing to show yet
    const clear = this.#clear
    this.#clear = false
    const dirty = this.#compositor.compose()
    const bytes = this.#painter.paint(this.#compositor.grid, this.#cursor(focused), clear ? { clear } : { dirty })
    if (bytes.length > 0) this.#busy = !this.#screen.write(bytes)
    return true
  }

  /** The terminal takes bytes again. */
  drained(): void {
    this.#busy = false
  }

  #turnSpinners(): void {
    for (const index of this.#frame?.spinners ?? []) this.#chrome.cells[index * CELL_SIZE] = this.#spinner
  }

  #cursor(focused: Panel | undefined): PaintCursor {
    if (focused !== undefined) {
      const { cursor } = focused
      return cursor === undefined ? HIDDEN : this.#compositor.cursorIn(focused, cursor)
    }
    const caret = this.#frame?.cursor
    return caret ? { ...caret, visible: true, shape: 0 } : HIDDEN
  }
}
