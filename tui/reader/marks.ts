import type { Mark } from '../compositor.ts'
import { comparePlaces } from './place.ts'
import type { Search } from './search.ts'
import { columnsOf, type SelectedRange } from './selection.ts'

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
    marks.push({ from: columns[0], to: columns[1], kind: isCurrent ? 'current_match' : 'match' })
  }
  const columns = selected && columnsOf(selected, line)
  if (columns) marks.push({ from: columns[0], to: columns[1], kind: 'selection' })
  return marks
}
