import type { ReactNode } from 'react'
import { BOLD } from '../../../screen/cell.ts'
import { COLUMN_GAP, columnWidths } from '../column-widths.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Constraint, Line, TableNode } from '../node.ts'
import { mergeStyles } from '../style.ts'
import { Area } from './Area.tsx'
import { useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRow } from './TextRow.tsx'
import { useVisibleItems } from './use-visible-items.ts'

/** Rows of cells in columns below a heading that stays; scrolls so that the selected row is seen. */
export function Table({ node }: { node: TableNode }): ReactNode {
  const { glyphs } = useShared()
  const { id, path, items, selected, header } = node
  const { first, visible, hidden, chosen, ref, width } = useVisibleItems({
    id,
    path,
    items,
    selected,
    heightOf: () => 1,
  })
  const indent = selected === undefined ? 0 : glyphs.width(node.highlightSymbol)
  const columns = columnsOf(node)
  const natural = columns.map((_, column) => {
    return Math.max(0, ...[header, ...items.map(({ cells }) => cells)].map((cells) => widthOf(cells[column], glyphs)))
  })
  const widths = columnWidths(columns, natural, width - indent)
  const row = (cells: Line[], prefix: string) => [{ text: prefix }, ...inColumns(cells, widths, glyphs)]
  const margin = ' '.repeat(indent)
  return (
    <Frame block={node.block} hidden={hidden}>
      {header.length > 0 && <TextRow line={row(header, margin)} style={{ attributes: BOLD }} />}
      <Area ref={ref}>
        {visible.map((item, index) => {
          const isChosen = first + index === chosen
          return (
            <TextRow
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is the place where an item is shown
              key={index}
              line={row(item.cells, isChosen ? node.highlightSymbol : margin)}
              style={isChosen ? mergeStyles(item.style, node.highlightStyle) : item.style}
            />
          )
        })}
      </Area>
    </Frame>
  )
}

/** Without columns of its own: as many as the widest row has, of one width. */
function columnsOf({ columns, header, items }: TableNode): Constraint[] {
  if (columns.length > 0) return columns
  const count = Math.max(header.length, ...items.map(({ cells }) => cells.length))
  return Array.from({ length: count }, () => ({ kind: 'min', value: 0 }))
}

function widthOf(line: Line | undefined, glyphs: Glyphs): number {
  return (line ?? []).reduce((sum, { text }) => sum + glyphs.width(text), 0)
}

function inColumns(cells: Line[], widths: number[], glyphs: Glyphs): Line {
  return widths.flatMap((width, column) => {
    const cell = fitted(cells[column] ?? [], width, glyphs)
    const last = column === widths.length - 1
    return last || width === 0 ? cell : [...cell, { text: ' '.repeat(COLUMN_GAP) }]
  })
}

/** A line as wide as its column: cut, with an ellipsis, or filled with blanks. */
function fitted(line: Line, width: number, glyphs: Glyphs): Line {
  const whole = widthOf(line, glyphs)
  if (whole <= width) return [...line, { text: ' '.repeat(width - whole) }]
  const result: Line = []
  let used = 0
  for (const span of line) {
    let text = ''
    for (const glyph of glyphs.split(span.text)) {
      if (used + glyph.width > width - 1) {
        return width > 0 ? [...result, { ...span, text: `${text}…${' '.repeat(width - 1 - used)}` }] : []
      }
      text += glyph.text
      used += glyph.width
    }
    result.push({ ...span, text })
  }
  return result
}
