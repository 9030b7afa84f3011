import { CELL_SIZE, CLUSTER, LINK, SPACER, WIDE } from './cell.ts'
import type { Grid } from './grid.ts'
import { applySgr, type Style } from './sgr-parser.ts'
import { eachCluster } from './width.ts'

/**
 * Draws text with SGR, OSC 8 and line feeds, such as Ink's output, into a grid from `x`,`y` on. What lies outside the
 * grid is left out; other escape sequences and control characters are skipped. The addresses of links are added to
 * `grid.links`, where an address that is there already keeps its id.
 */
export function drawAnsi(text: string, grid: Grid, x = 0, y = 0): void {
  const writer = new GridWriter(grid, x, y)
  for (const match of text.matchAll(SEQUENCES)) {
    const { sgr, link, linefeed, plain } = match.groups as Partial<Record<string, string>>
    if (plain !== undefined) eachCluster(plain, (cluster, width) => writer.put(cluster, width))
    else if (sgr !== undefined) applySgr(sgr, writer.style)
    else if (link !== undefined) writer.setLink(link)
    else if (linefeed !== undefined) writer.lineFeed()
  }
}

/** One alternative each for what is understood, then what is skipped: other CSI, strings up to ST or BEL, ESC, controls. */
const SEQUENCES = new RegExp(
  [
    '(?<plain>[^\\0-\\x1f\\x7f-\\x9f]+)',
    '(?<linefeed>\\n)',
    '(?:\\x1b\\[|\\x9b)(?<sgr>[0-9;:]*)m',
    '\\x1b\\]8;[^;\\x07\\x1b]*;(?<link>[^\\x07\\x1b]*)(?:\\x07|\\x1b\\\\)',
    '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]',
    '\\x1b[\\]PX^_][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)',
    '\\x1b[ -/]*[0-~]',
    '[\\0-\\x1f\\x7f-\\x9f]',
  ].join('|'),
  'g',
)

class GridWriter {
  readonly style: Style = { foreground: 0, background: 0, attributes: 0, underlineColor: 0 }
  readonly #grid: Grid
  readonly #linkIds: Map<string, number>
  readonly #left: number
  #x: number
  #y: number
  #link = 0

  constructor(grid: Grid, x: number, y: number) {
    this.#grid = grid
    this.#linkIds = new Map([...grid.links].map(([id, address]) => [address, id]))
    this.#x = this.#left = x
    this.#y = y
  }

  lineFeed(): void {
    this.#x = this.#left
    this.#y++
  }

  setLink(address: string): void {
    if (address === '') {
      this.#link = 0
      return
    }
    let id = this.#linkIds.get(address)
    if (id === undefined) {
      id = Math.max(0, ...this.#linkIds.values()) + 1
      this.#linkIds.set(address, id)
      this.#grid.links.set(id, address)
    }
    this.#link = id
  }

  /** A cluster three or more cells wide (unmatched Hangul letters) is drawn in two, the others are left empty. */
  put(cluster: string, width: number): void {
    if (width === 0) return
    const { cols, rows } = this.#grid
    const x = this.#x
    this.#x += width
    if (x < 0 || x >= cols || this.#y < 0 || this.#y >= rows) return
    if (width > 1 && x + 1 === cols) return this.#set(x, 0x20)
    const codePoint = cluster.codePointAt(0)!
    const single = cluster.length === (codePoint > 0xffff ? 2 : 1)
    if (!single) this.#grid.clusters.set(this.#y * cols + x, cluster)
    this.#set(x, codePoint | (single ? 0 : CLUSTER) | (width > 1 ? WIDE : 0))
    if (width > 1) this.#set(x + 1, SPACER)
    for (let empty = x + 2; empty < Math.min(x + width, cols); empty++) this.#set(empty, 0)
  }

  #set(x: number, glyph: number): void {
    const { cells, cols } = this.#grid
    const at = (this.#y * cols + x) * CELL_SIZE
    cells[at] = glyph
    cells[at + 1] = this.style.foreground
    cells[at + 2] = this.style.background
    cells[at + 3] = this.style.attributes
    cells[at + 4] = this.style.underlineColor
    cells[at + LINK] = this.#link
  }
}
