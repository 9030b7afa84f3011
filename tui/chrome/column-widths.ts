import type { Constraint } from './node.ts'

/** Cells between two columns of a table. */
export const COLUMN_GAP = 1

/**
 * The widths of a table's columns in `width` cells, gaps not counted. Shares are of the whole; what is left over goes to
 * `min` columns; where room is short, columns are cut from the right.
 * @param natural the width of the widest cell of each column, which a `max` column takes up to its limit
 */
export function columnWidths(columns: readonly Constraint[], natural: readonly number[], width: number): number[] {
  const room = Math.max(0, width - COLUMN_GAP * Math.max(0, columns.length - 1))
  const widths = columns.map(({ kind, value }, index) => {
    if (kind === 'percent') return Math.round((room * value) / 100)
    return kind === 'max' ? Math.min(value, natural[index] ?? 0) : value
  })
  const growing = columns.flatMap(({ kind }, index) => (kind === 'min' ? [index] : []))
  let left = room - widths.reduce((sum, each) => sum + each, 0)
  for (const [position, index] of growing.entries()) {
    if (left <= 0) break
    const share = Math.ceil(left / (growing.length - position))
    widths[index]! += share
    left -= share
  }
  let used = 0
  return widths.map((each) => {
    const taken = Math.max(0, Math.min(each, room - used))
    used += taken
    return taken
  })
}
