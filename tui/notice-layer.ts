import { BOLD, CELL_SIZE, CLUSTER, COLOR_PALETTE, COLOR_RGB, SPACER, WIDE } from '../screen/cell.ts'
import { Grid, type Rectangle } from '../screen/grid.ts'
import { eachCluster, textWidth } from '../screen/width.ts'
import type { Notice, NoticeLevel } from './stores/notices.ts'

/** Columns a notice takes at most: long lines are hard to read. */
const MAX_WIDTH = 76
/** Lines of one notice; more would hide what it is about. */
const MAX_LINES = 8

// Not the palette's: its black is pale in some light themes, and its bright white is gray.
const BLACK = COLOR_RGB | 0x000000
const WHITE = COLOR_RGB | 0xffffff

/** Below every error of a file. */
const PANEL_HINT = 'The last good one stands in. ctrl+p "Dismiss messages" hides this.'

interface Look {
  foreground: number
  background: number
  attributes: number
}

const LOOKS: Readonly<Record<NoticeLevel, Look>> = {
  info: { foreground: BLACK, background: COLOR_PALETTE | 6, attributes: 0 },
  warning: { foreground: BLACK, background: COLOR_PALETTE | 3, attributes: 0 },
  error: { foreground: WHITE, background: COLOR_PALETTE | 1, attributes: BOLD },
}

export interface NoticeLayer {
  readonly grid: Grid
  /** Where it goes: the bottom right corner. */
  readonly area: Rectangle
}

/**
 * Notices as cells. Drawn without Lua and without the chrome worker, since they are what tells of those two failing.
 */
export function drawNotices(notices: readonly Notice[], cols: number, rows: number): NoticeLayer | undefined {
  const width = Math.min(MAX_WIDTH, cols - 2) - 2
  if (notices.length === 0 || width < 8 || rows < 3) return undefined
  const blocks = notices.map(({ level, message, title }) => {
    if (title !== undefined) return framed(title, message, width)
    return wrap(message, width).map((text) => ({ text, look: LOOKS[level] }))
  })
  const room = rows - 2
  const newest = blocks.at(-1)!
  // The newest is what counts, and of one that is too long the beginning: it says what it is about.
  const shown = newest.length > room ? newest.slice(0, room) : blocks.flat().slice(-room)
  const inner = Math.max(...shown.map(({ text }) => textWidth(text)))
  const grid = new Grid(inner + 2, shown.length)
  for (const [y, { text, look }] of shown.entries()) drawLine(grid, y, text, look)
  return { grid, area: { x: cols - grid.cols - 1, y: rows - grid.rows - 1, cols: grid.cols, rows: grid.rows } }
}

/** A panel: a frame that names the place, and below the message what it means for the screen. */
function framed(title: string, message: string, width: number): { text: string; look: Look }[] {
  const inner = width - 4
  const heading = wrap(title, inner - 2)[0] ?? ''
  const lines = [...wrap(message, inner), ...wrap(PANEL_HINT, inner)]
  const longest = Math.max(textWidth(heading) + 2, ...lines.map(textWidth))
  const rule = (count: number) => '─'.repeat(Math.max(0, count))
  return [
    `┌ ${heading} ${rule(longest - textWidth(heading))}┐`,
    ...lines.map((line) => `│ ${line}${' '.repeat(longest - textWidth(line))} │`),
    `└${rule(longest + 2)}┘`,
  ].map((text) => ({ text, look: LOOKS.error }))
}

/** Breaks between words where it can; the rest of a very long message is left out. */
function wrap(message: string, width: number): string[] {
  const lines: string[] = []
  for (const paragraph of message.replace(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, ' ').split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ').flatMap((word) => pieces(word, width))) {
      const longer = line === '' ? word : `${line} ${word}`
      if (textWidth(longer) <= width) {
        line = longer
        continue
      }
      lines.push(line)
      line = word
    }
    lines.push(line)
  }
  if (lines.length <= MAX_LINES) return lines
  return [...lines.slice(0, MAX_LINES - 1), '…']
}

/** Cuts what fits no line. */
function pieces(word: string, width: number): string[] {
  if (textWidth(word) <= width) return [word]
  const parts: string[] = []
  let part = ''
  let used = 0
  eachCluster(word, (cluster, cells) => {
    if (used + cells > width) {
      parts.push(part)
      part = ''
      used = 0
    }
    part += cluster
    used += cells
  })
  return [...parts, part]
}

function drawLine(grid: Grid, y: number, text: string, look: Look): void {
  for (let x = 0; x < grid.cols; x++) put(grid, x, y, 0x20, look)
  let x = 1
  eachCluster(text, (cluster, width) => {
    if (width === 0) return
    const codePoint = cluster.codePointAt(0)!
    const single = cluster.length === (codePoint > 0xffff ? 2 : 1)
    put(grid, x, y, codePoint | (single ? 0 : CLUSTER) | (width === 2 ? WIDE : 0), look)
    if (!single) grid.clusters.set(y * grid.cols + x, cluster)
    if (width === 2) put(grid, x + 1, y, SPACER, look)
    x += width
  })
}

function put(grid: Grid, x: number, y: number, glyph: number, look: Look): void {
  const at = (y * grid.cols + x) * CELL_SIZE
  grid.cells[at] = glyph
  grid.cells[at + 1] = look.foreground
  grid.cells[at + 2] = look.background
  grid.cells[at + 3] = look.attributes
}
