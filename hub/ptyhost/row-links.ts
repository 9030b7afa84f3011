import { CELL_SIZE, LINK } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'
import { decodeRow } from '../../screen/row.ts'
import type { Links } from './links.ts'

/** Columns of the widest session there is. */
const MAX_COLS = 2000

/** The hyperlinks that rows refer to, as far as their addresses are still known. */
export function linksIn(rows: readonly Uint8Array[], links: Links): [number, string][] {
  if (!links.any) return []
  const ids = new Set<number>()
  const grid = new Grid(MAX_COLS, 1)
  for (const row of rows) {
    decodeRow(row, grid, 0)
    for (let at = LINK; at < grid.cells.length; at += CELL_SIZE) if (grid.cells[at] !== 0) ids.add(grid.cells[at]!)
  }
  return [...ids].flatMap((id) => {
    const address = links.address(id)
    return address === undefined ? [] : [[id, address] as [number, string]]
  })
}
