import { BOLD, COLOR_PALETTE, INVERSE, UNDERLINE_SHIFT } from '../../screen/cell.ts'
import type { Mark } from '../compositor.ts'
import { comparePlaces } from './place.ts'
import type { Search } from './search.ts'
import { columnsOf, type SelectedRange } from './selection.ts'

const BLACK = COLOR_PALETTE
const YELLOW = COLOR_PALETTE | 3
const MAGENTA = COLOR_PALETTE | 5

// Inverse, with the colours the other way round: without colours they can be seen too.
const MATCH = { foreground: YELLOW, background: BLACK, attributes: INVERSE }
const CURRENT = { foreground: MAGENTA, background: BLACK, attributes: INVERSE | BOLD | (1 << UNDERLINE_SHIFT) }

/** What is marked on a line: matches, the current one among them, and above them the selection. */
export function marksOf(line: number, selected: SelectedRange | undefined, search: Search): Mark[] {
  const marks: Mark[] = []
  const { matches, current } = search
  for (let index = matches.firstReaching(line); index < matches.count; index++) {
    const from = matches.start(index)
    if (from.line > line) break
    const columns = columnsOf({ from, to: matches.end(index), block: false }, line)
    if (columns === undefined) continue
    const isCurrent = current !== undefined && comparePlaces(from, current) === 0
    marks.push({ from: columns[0], to: columns[1], look: isCurrent ? CURRENT : MATCH })
  }
  const columns = selected && columnsOf(selected, line)
  if (columns) marks.push({ from: columns[0], to: columns[1], look: 'reversed' })
  return marks
}
