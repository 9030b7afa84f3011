import type { TerminalModes } from '../../protocol/messages/ptyhost.ts'
import type { Position } from '../../screen/logical-line.ts'
import type { PaintCursor } from '../../screen/painter.ts'
import type { Mark } from '../compositor.ts'
import type { Scrollback } from '../stores/scrollback.ts'
import { marksOf } from './marks.ts'
import { MOVES, type Window } from './moves.ts'
import { comparePlaces } from './place.ts'
import { Search, type SearchAnswer, type SearchRequest } from './search.ts'
import { type SelectedRange, Selection, type SelectionKind } from './selection.ts'
import { TextSource } from './text-source.ts'

/** What a reader needs of the terminal's screen. */
export interface ReadableScreen {
  readonly grid: { readonly cols: number; readonly rows: number }
  readonly cursor: { readonly x: number; readonly y: number }
  readonly modes: TerminalModes
}

export interface ReaderParts {
  readonly screen: ReadableScreen
  readonly scrollback: Scrollback
  readonly search: (request: SearchRequest) => Promise<SearchAnswer | undefined>
  /** What is marked, or which lines are shown, has changed. */
  readonly onChange: () => void
}

/** What the search was begun from: where it is to go back to when it is given up. */
interface Prompt {
  readonly backward: boolean
  readonly cursor: Position
  readonly top: number
  /** Whether copy mode was there before. */
  readonly reading: boolean
}

/** What a person does with the text of one terminal: reads it with a cursor (copy mode), searches it, selects in it. */
export class Reader implements Disposable {
  readonly search: Search
  selection: Selection | undefined
  readonly #parts: ReaderParts
  /** In copy mode. */
  #cursor: Position | undefined
  /** Column that moves up and down come back to. */
  #column = 0
  #prompt: Prompt | undefined
  /** The last search that was not given up. */
  #last: { readonly pattern: string; readonly backward: boolean } | undefined
  /** Last match that the cursor was moved to. */
  #shown: Position | undefined
  #epoch = 0
  /** Of the selection, since it last changed. */
  #range: SelectedRange | undefined

  constructor(parts: ReaderParts) {
    this.#parts = parts
    this.search = new Search({
      ask: parts.search,
      lines: () => parts.scrollback,
      onChange: () => this.#searchChanged(),
    })
  }

  /** Whether copy mode is on. */
  get reading(): boolean {
    return this.#cursor !== undefined
  }

  /** Whether anything is marked. */
  get marking(): boolean {
    return this.selection !== undefined || this.search.active
  }

  /** Whether the pattern of a search is being typed. */
  get prompting(): boolean {
    return this.#prompt !== undefined
  }

  get place(): Position | undefined {
    return this.#cursor
  }

  source(): TextSource {
    return new TextSource(this.#parts.scrollback)
  }

  /** What is selected. */
  get selected(): SelectedRange | undefined {
    this.#range ??= this.selection?.range(this.source())
    return this.#range
  }

  /** Turns copy mode on: the view stays where it is, with a cursor of its own. */
  begin(): void {
    if (this.#cursor !== undefined) return
    const { scrollback, screen } = this.#parts
    const line = scrollback.active ? scrollback.top + screen.grid.rows - 1 : scrollback.bottom + screen.cursor.y
    this.#epoch = scrollback.epoch
    scrollback.hold()
    this.#put({ line, column: scrollback.active && scrollback.offset > 0 ? 0 : screen.cursor.x })
    this.#changed()
  }

  /** Leaves copy mode, search and selection behind. */
  end(): void {
    const { scrollback } = this.#parts
    const wasReading = this.#cursor !== undefined
    if (!wasReading && !this.marking) return
    this.#cursor = this.#prompt = this.selection = this.#shown = undefined
    this.search.clear()
    if (wasReading) scrollback.toBottom()
    this.#changed()
  }

  /** Carries out a move of copy mode. @returns false when there is none of this name */
  move(name: string): boolean {
    const move = Object.hasOwn(MOVES, name) ? MOVES[name] : undefined
    if (move === undefined) return false
    this.begin()
    const from = this.#cursor!
    const vertical = /up|down/.test(name) && !name.startsWith('paragraph')
    const to = move(this.source(), vertical ? { line: from.line, column: this.#column } : from, this.#window)
    this.#put(to, vertical)
    this.#changed()
    return true
  }

  /** Begins a selection at the cursor, changes its kind, or, if it is of this kind, ends it. */
  select(kind: SelectionKind): void {
    this.begin()
    if (this.selection?.kind === kind) this.selection = undefined
    else if (this.selection) this.selection.kind = kind
    else this.selection = new Selection(kind, this.#cursor!)
    this.#changed()
  }

  swapEnds(): void {
    if (this.selection === undefined || this.#cursor === undefined) return
    this.selection.swap()
    this.#put(this.selection.head)
    this.#changed()
  }

  clearSelection(): void {
    if (this.selection === undefined) return
    this.selection = undefined
    this.#changed()
  }

  /** Moves the cursor of copy mode; a selection follows. */
  goTo(place: Position): void {
    this.begin()
    this.#put(place)
    this.#changed()
  }

  // search ---------------------------------------------------------------------------------------------------------

  /** A pattern will be typed: {@link typed}. */
  openPrompt(backward: boolean): void {
    const reading = this.reading
    const { top } = this.#parts.scrollback
    this.begin()
    this.#prompt = { backward, cursor: this.#cursor!, top, reading }
    this.search.start('', backward, this.#cursor!)
    this.#changed()
  }

  /** What was typed so far: the nearest match is shown at once. */
  typed(pattern: string): void {
    if (this.#prompt === undefined || pattern === this.search.pattern) return
    this.#shown = undefined
    this.#goBack(this.#prompt)
    this.search.start(pattern, this.#prompt.backward, this.#prompt.cursor)
    this.#changed()
  }

  /** Searches from the cursor on. */
  searchFor(pattern: string, backward: boolean): void {
    this.begin()
    this.#shown = undefined
    this.search.start(pattern, backward, this.#cursor!)
    this.#remember()
    this.#changed()
  }

  /** The search stays as it is. */
  acceptPrompt(): void {
    this.#prompt = undefined
    this.#remember()
    this.#changed()
  }

  /** Goes back to where the search was begun. */
  cancelPrompt(): void {
    const prompt = this.#prompt
    if (prompt === undefined) return
    this.#prompt = this.#shown = undefined
    this.search.clear()
    this.#goBack(prompt)
    if (prompt.reading) this.#changed()
    else this.end()
  }

  /** To the next match, or to the one before; a search that was left is begun again. */
  searchStep(against: boolean): void {
    this.begin()
    if (this.search.active) this.search.step(against, this.#cursor!)
    else if (this.#last !== undefined) this.searchFor(this.#last.pattern, this.#last.backward !== against)
  }

  // drawing --------------------------------------------------------------------------------------------------------

  /** What is to be marked in row `y` of the view. */
  marks(y: number): readonly Mark[] | undefined {
    if (!this.marking) return undefined
    return marksOf(this.#parts.scrollback.top + y, this.selected, this.search)
  }

  /** Where the cursor of copy mode stands in the view. */
  get cursor(): PaintCursor | undefined {
    if (this.#cursor === undefined) return undefined
    const { line, column } = this.#cursor
    const y = line - this.#parts.scrollback.top
    return { x: Math.min(column, this.#window.cols - 1), y, visible: y >= 0 && y < this.#window.rows, shape: 0 }
  }

  /** To be called after every frame. */
  follow(): void {
    if (this.#cursor === undefined && !this.marking) return
    const { epoch, first, end } = this.#parts.scrollback
    this.#range = undefined
    this.search.follow()
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.selection = undefined // its lines have other numbers now
      if (this.#cursor !== undefined) {
        this.#parts.scrollback.hold()
        this.#put({ line: end - 1, column: 0 })
      }
    }
    if (this.#cursor !== undefined && (this.#cursor.line < first || this.#cursor.line >= end)) this.#put(this.#cursor)
  }

  /** Begins a selection with the mouse. */
  startSelection(selection: Selection): void {
    this.#epoch = this.#parts.scrollback.epoch
    this.selection = selection
    if (this.#cursor !== undefined) this.#put(selection.head)
    this.#changed()
  }

  /** Draws the selection to a place. */
  extendSelection(head: Position): void {
    if (this.selection === undefined || comparePlaces(this.selection.head, head) === 0) return
    this.selection.head = head
    if (this.#cursor !== undefined) this.#put(head)
    this.#changed()
  }

  [Symbol.dispose](): void {
    this.search[Symbol.dispose]()
  }

  get #window(): Window {
    const { screen, scrollback } = this.#parts
    return { top: scrollback.top, rows: screen.grid.rows, cols: screen.grid.cols }
  }

  /** Puts the cursor on a line that exists and a column within it; what it stands on is shown. */
  #put({ line, column }: Position, keepColumn = false): void {
    const { scrollback } = this.#parts
    const at = Math.max(scrollback.first, Math.min(scrollback.end - 1, line))
    scrollback.reveal(at)
    if (!keepColumn) this.#column = Math.max(0, column)
    const width = this.selection?.kind === 'block' ? this.#window.cols : (this.source().text(at)?.width ?? column + 1)
    this.#cursor = { line: at, column: Math.max(0, Math.min(column, width - 1)) }
    if (this.selection !== undefined) this.selection.head = this.#cursor
  }

  #remember(): void {
    const { pattern, backward } = this.search
    if (pattern !== '') this.#last = { pattern, backward }
  }

  #changed(): void {
    this.#range = undefined
    this.#parts.onChange()
  }

  #goBack({ cursor, top }: Prompt): void {
    const { scrollback } = this.#parts
    scrollback.scroll(scrollback.top - top)
    this.#put(cursor)
  }

  #searchChanged(): void {
    const { current } = this.search
    if (current !== undefined && (this.#shown === undefined || comparePlaces(current, this.#shown) !== 0)) {
      this.#shown = current
      if (this.reading) this.#put(current)
    }
    this.#changed()
  }
}
