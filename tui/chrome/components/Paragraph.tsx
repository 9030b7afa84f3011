import type { DOMElement } from 'ink'
import { type ReactNode, useMemo, useRef } from 'react'
import type { Line, ParagraphNode } from '../node.ts'
import { wrapLine } from '../wrap.ts'
import { Area } from './Area.tsx'
import { useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRows } from './TextRows.tsx'
import { useBoxSize } from './use-box-size.ts'

/** Text, from the top; lines that do not fit are cut, or wrapped if asked. */
export function Paragraph({ node }: { node: ParagraphNode }): ReactNode {
  const ref = useRef<DOMElement>(null)
  const { width, height } = useBoxSize(ref)
  const { glyphs } = useShared()
  const rows = useMemo(
    () =>
      node.wrap ? firstRows(node.lines, height, (line) => wrapLine(line, width, glyphs)) : node.lines.slice(0, height),
    [node, width, height, glyphs],
  )
  return (
    <Frame block={node.block}>
      <Area ref={ref}>
        <TextRows lines={rows} alignment={node.alignment} />
      </Area>
    </Frame>
  )
}

/** The rows that fit; lines below them are not wrapped for nothing. */
function firstRows(lines: Line[], height: number, wrap: (line: Line) => Line[]): Line[] {
  const rows: Line[] = []
  for (const line of lines) {
    if (rows.length >= height) break
    rows.push(...wrap(line))
  }
  return rows.slice(0, height)
}
