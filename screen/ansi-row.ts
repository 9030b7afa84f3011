import { CELL_SIZE, CLUSTER, CODEPOINT_MASK, LINK, SPACER } from './cell.ts'
import type { Grid } from './grid.ts'
import { linkSequence } from './link.ts'
import { Output } from './output.ts'
import { type SgrOptions, StyleWriter } from './sgr.ts'

/** Row `y` with SGR and OSC 8 but no cursor movements, as `cat` would print it; it ends in the default style. */
export function ansiRow(grid: Grid, y: number, options: SgrOptions & { links?: boolean } = {}): string {
  const out = new Output()
  const style = new StyleWriter(out, options)
  let link = 0
  const setLink = (id: number) => {
    if (id === link || options.links === false) return
    link = id
    out.ascii(linkSequence(grid.links.get(id)))
  }
  const { cells } = grid
  for (let x = 0, end = endOfContent(grid, y); x < end; x++) {
    const index = y * grid.cols + x
    const at = index * CELL_SIZE
    const glyph = cells[at]!
    if ((glyph & SPACER) !== 0) continue
    setLink(cells[at + LINK]!)
    style.set(cells[at + 1]!, cells[at + 2]!, cells[at + 3]!, cells[at + 4]!)
    if ((glyph & CLUSTER) !== 0) out.text(grid.clusters.get(index) ?? ' ')
    else out.codePoint(glyph & CODEPOINT_MASK || 0x20)
  }
  setLink(0)
  if (!style.isDefault) style.reset()
  return new TextDecoder().decode(out.take())
}

/** The column after the last cell that is not empty in the default style. */
function endOfContent(grid: Grid, y: number): number {
  let end = grid.cols
  for (; end > 0; end--) {
    const at = (y * grid.cols + end - 1) * CELL_SIZE
    if (grid.cells.subarray(at, at + CELL_SIZE).some((value) => value !== 0)) break
  }
  return end
}
