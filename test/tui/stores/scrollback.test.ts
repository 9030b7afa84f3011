import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Frame } from '../../../protocol/messages/ptyhost.ts'
import { CELL_SIZE } from '../../../screen/cell.ts'
import { Grid } from '../../../screen/grid.ts'
import { encodeRow } from '../../../screen/row.ts'
import type { HistoryPage } from '../../../tui/stores/history-cache.ts'
import { PanelScreen, PLAIN_MODES } from '../../../tui/stores/panel-screen.ts'
import { Scrollback } from '../../../tui/stores/scrollback.ts'

const COLS = 20
const ROWS = 4

/** A session that has printed "line 0", "line 1", …; the last four are on the screen. */
class Printing {
  printed = 0
  epoch = 1
  first = 0
  /** Rows that one answer holds at most. */
  longest = 1000
  readonly screen = new PanelScreen(COLS, ROWS)
  readonly fetched: [number, number][] = []
  readonly arrived = vi.fn()
  readonly scrollback = new Scrollback(
    this.screen,
    (epoch, from, count) => this.fetch(epoch, from, count),
    this.arrived,
  )

  print(lines: number): void {
    this.printed += lines
    this.frame()
  }

  frame(alternateScreen = false): void {
    const top = Math.max(this.first, this.printed - ROWS)
    const frame: Frame = {
      view: 1,
      seq: 1,
      cols: COLS,
      rows: ROWS,
      full: true,
      lines: Array.from({ length: ROWS }, (_, y) => [y, row(`line ${top + y}`)]),
      cursor: { x: 0, y: 0, visible: true, shape: 0 },
      modes: { ...PLAIN_MODES, alternateScreen },
      history: { epoch: this.epoch, first: this.first, lines: top - this.first },
    }
    this.screen.apply(frame)
    this.scrollback.follow()
  }

  async fetch(epoch: number, from: number, count: number): Promise<HistoryPage> {
    this.fetched.push([from, count])
    const length = Math.min(count, this.longest)
    return { epoch, from, rows: Array.from({ length }, (_, index) => row(`line ${from + index}`)), links: [] }
  }

  /** The view, once everything that was asked for has come. */
  async text(): Promise<string[]> {
    this.scrollback.view()
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    const view = this.scrollback.view()
    return Array.from({ length: ROWS }, (_, y) => view.text(y))
  }
}

let session: Printing
beforeEach(() => {
  session = new Printing()
})

describe('scrolling back', () => {
  it('keeps what is seen where it is while it moves from the screen into the history', () => {
    session.print(100)
    session.scrollback.hold()
    const seen = () => Array.from({ length: ROWS }, (_, y) => session.scrollback.view().text(y))
    const before = seen()
    expect(before).toEqual(['line 96', 'line 97', 'line 98', 'line 99'])
    session.print(3)
    expect(seen()).toEqual(before) // nothing has arrived
    session.scrollback.scroll(2)
    expect(seen()).toEqual(['', '', '', '']) // other lines: none of them is here yet
  })

  it('shows the history above the screen', async () => {
    session.print(100)
    session.scrollback.scroll(2)
    expect(await session.text()).toEqual(['line 94', 'line 95', 'line 96', 'line 97'])
    expect(session.scrollback.offset).toBe(2)
  })

  it('stays where it is while output arrives', async () => {
    session.print(100)
    session.scrollback.scroll(2)
    session.print(50)
    expect(await session.text()).toEqual(['line 94', 'line 95', 'line 96', 'line 97'])
    expect(session.scrollback.offset).toBe(52)
  })

  it('reaches the first line that is kept and stops there', async () => {
    session.first = 10
    session.print(100)
    session.scrollback.toTop()
    expect((await session.text())[0]).toBe('line 10')
    expect(session.scrollback.scroll(5)).toBe(false)
  })

  it('comes back to the screen by scrolling down', async () => {
    session.print(100)
    session.scrollback.scroll(3)
    session.scrollback.scroll(-3)
    expect(session.scrollback.active).toBe(false)
    expect(await session.text()).toEqual(['line 96', 'line 97', 'line 98', 'line 99'])
  })

  it('moves down with the history when the lines it shows are dropped', async () => {
    session.print(100)
    session.scrollback.toTop()
    session.first = 30
    session.print(1)
    expect((await session.text())[0]).toBe('line 30')
  })

  it('returns to the screen when a reflow renumbers the lines', () => {
    session.print(100)
    session.scrollback.scroll(10)
    session.epoch++
    session.print(1)
    expect(session.scrollback.active).toBe(false)
  })

  it('has nothing to scroll in the alternate screen', () => {
    session.print(100)
    session.frame(true)
    expect(session.scrollback.scroll(5)).toBe(false)
  })

  it('asks on from where a page was cut short, and does not ask for ever for what never comes', async () => {
    session.print(1000)
    session.longest = 50
    session.scrollback.toTop()
    session.scrollback.scroll(-60)
    await session.text()
    expect((await session.text())[0]).toBe('line 60')
    expect(session.fetched.map(([from]) => from)).toEqual([0, 60])
    session.longest = 0
    session.scrollback.scroll(-300)
    for (let look = 0; look < 5; look++) await session.text()
    expect(session.fetched.length).toBeLessThan(10)
  })

  it('asks for pages of history once, not for every row and not again', async () => {
    session.print(1000)
    session.scrollback.scroll(20)
    await session.text()
    session.scrollback.scroll(1)
    await session.text()
    expect(session.fetched.length).toBe(1)
    expect(session.arrived).toHaveBeenCalled()
  })
})

function row(text: string): Uint8Array {
  const grid = new Grid(COLS, 1)
  for (let x = 0; x < text.length; x++) grid.cells[x * CELL_SIZE] = text.charCodeAt(x)
  return encodeRow(grid, 0)
}
