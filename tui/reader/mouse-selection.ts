import type { Position } from '../../screen/logical-line.ts'
import type { MouseEvent } from '../../screen/mouse.ts'
import type { Panel } from '../data/panel.ts'
import { Selection, type SelectionKind } from './selection.ts'

/** Milliseconds between two clicks that are one double click, as desktops have it. */
const DOUBLE_CLICK_MS = 400
/** Milliseconds between two scrolls while the mouse is held above or below the terminal. */
const SCROLL_MS = 50

/** By clicks at one place. */
const KINDS: readonly SelectionKind[] = ['char', 'word', 'line']

export interface MouseSelectionParts {
  /** The panel shows other lines now. */
  readonly scrolled: (panel: Panel) => void
  /** The button was let go, and something is selected. */
  readonly onSelected: () => void
}

/** Selects with the mouse: characters by dragging, words by two clicks, lines by three, a block with alt. */
export class MouseSelection implements Disposable {
  readonly #parts: MouseSelectionParts
  #panel: Panel | undefined
  /** Where the button went down. */
  #anchor: Position | undefined
  #last: MouseEvent | undefined
  #clicks = 0
  #clickedAt = Number.NEGATIVE_INFINITY
  #clicked: { readonly x: number; readonly y: number } | undefined
  #scrolling: NodeJS.Timeout | undefined
  /** The line at the top of the view that is held still for the selection. */
  #heldAt: number | undefined

  constructor(parts: MouseSelectionParts) {
    this.#parts = parts
  }

  /** Whether the button is down. */
  get active(): boolean {
    return this.#panel !== undefined
  }

  press(panel: Panel, event: MouseEvent): void {
    const now = performance.now()
    const again = now - this.#clickedAt < DOUBLE_CLICK_MS && this.#clicked?.x === event.x && this.#clicked.y === event.y
    this.#clicks = again ? this.#clicks + 1 : 1
    this.#clickedAt = now
    this.#clicked = { x: event.x, y: event.y }
    if (this.#panel !== undefined) this.#letGo(this.#panel) // the button went up where nobody told us
    this.#panel = panel
    this.#last = event
    this.#anchor = placeIn(panel, event)
    const kind = KINDS[(this.#clicks - 1) % KINDS.length]!
    if (kind !== 'char') this.#start(panel, new Selection(kind, this.#anchor))
    else {
      panel.reader.clearSelection() // a click alone selects nothing
      if (panel.reader.reading) panel.reader.goTo(this.#anchor)
    }
  }

  /** A move with the button down, or a turn of the wheel meanwhile. */
  drag(event: MouseEvent): void {
    const panel = this.#panel
    if (panel === undefined) return
    this.#last = event
    const head = placeIn(panel, event)
    if (panel.reader.selection !== undefined) panel.reader.extendSelection(head)
    else if (head.line !== this.#anchor!.line || head.column !== this.#anchor!.column) {
      this.#start(panel, new Selection(event.alt ? 'block' : 'char', this.#anchor!, head))
    }
    this.#scrollAtEdge(panel, event)
  }

  release(): void {
    clearInterval(this.#scrolling)
    this.#scrolling = undefined
    const panel = this.#panel
    this.#panel = undefined
    if (panel?.reader.selection !== undefined) this.#parts.onSelected()
    if (panel !== undefined) this.#letGo(panel)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#scrolling)
  }

  /** What is printed meanwhile must not move the text away under the mouse. */
  #start(panel: Panel, selection: Selection): void {
    const { reader, scrollback } = panel
    if (!scrollback.active) {
      scrollback.hold()
      this.#heldAt = scrollback.top
    }
    reader.startSelection(selection)
  }

  /** The view follows again what is printed, unless somebody has scrolled it. */
  #letGo(panel: Panel): void {
    const heldAt = this.#heldAt
    this.#heldAt = undefined
    const { reader, scrollback } = panel
    if (heldAt === undefined || reader.reading) return
    if (scrollback.top !== heldAt) scrollback.letGo()
    else if (scrollback.toBottom()) this.#parts.scrolled(panel)
  }

  /** Above or below the terminal the text scrolls, faster the farther away. */
  #scrollAtEdge(panel: Panel, { y }: MouseEvent): void {
    const { area } = panel
    const beyond = y < area.y ? area.y - y : y >= area.y + area.rows ? area.y + area.rows - 1 - y : 0
    if (beyond === 0) {
      clearInterval(this.#scrolling)
      this.#scrolling = undefined
      return
    }
    this.#scrolling ??= setInterval(() => this.#scrollOn(), SCROLL_MS)
  }

  #scrollOn(): void {
    const panel = this.#panel
    const event = this.#last
    if (panel === undefined || event === undefined) return
    const { area } = panel
    const lines = event.y < area.y ? area.y - event.y : area.y + area.rows - 1 - event.y
    if (!panel.scrollback.scroll(lines)) return
    panel.reader.extendSelection(placeIn(panel, event))
    this.#parts.scrolled(panel)
  }
}

/** Which place of a panel's text is under the mouse, or nearest to it. */
export function placeIn({ area, scrollback }: Panel, { x, y }: MouseEvent): Position {
  const row = Math.max(0, Math.min(area.rows - 1, y - area.y))
  const column = Math.max(0, Math.min(area.cols - 1, x - area.x))
  return { line: scrollback.top + row, column }
}
