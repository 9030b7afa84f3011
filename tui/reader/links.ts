import { CELL_SIZE, LINK } from '../../screen/cell.ts'
import type { Grid } from '../../screen/grid.ts'
import type { Position } from '../../screen/logical-line.ts'
import type { TextSource } from './text-source.ts'

/** Addresses in plain text, as terminals commonly find them. */
const ADDRESS = /(?:https?|ftp|file):\/\/[^\s<>"'`{}|\\^\u3000-\u303f]+|mailto:[^\s<>"'`@]+@[^\s<>"'`]+/giu
/** What ends a sentence rather than an address. */
const AFTERTHOUGHT = /[.,;:!?…]+$/

/** The link at a place: one that the program made (OSC 8), else an address in the text, also over soft wraps. */
export function linkAt(source: TextSource, place: Position, view: Grid, top: number): string | undefined {
  const id = view.cells[((place.line - top) * view.cols + place.column) * CELL_SIZE + LINK] ?? 0
  return (id === 0 ? undefined : view.links.get(id)) ?? addressAt(source, place)
}

function addressAt(source: TextSource, place: Position): string | undefined {
  const { joined, index } = source.logicalLine(place)
  const found = addressAround(joined.text, index)
  return found && joined.text.slice(found.start, found.end)
}

/** Where in a text the address is that has `index` in it: from `start` to before `end`. */
export function addressAround(text: string, index: number): { start: number; end: number } | undefined {
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutClosing(match[0].replace(AFTERTHOUGHT, ''))
    const end = match.index + address.length
    if (index >= match.index && index < end) return { start: match.index, end }
  }
  return undefined
}

/** A closing bracket that the address did not open belongs to the text around it. */
function withoutClosing(address: string): string {
  let text = address
  for (const [open, close] of ['()', '[]']) {
    while (text.endsWith(close!) && count(text, close!) > count(text, open!)) {
      text = text.slice(0, -1).replace(AFTERTHOUGHT, '')
    }
  }
  return text
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}
