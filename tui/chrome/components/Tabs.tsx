import type { ReactNode } from 'react'
import type { Line, TabsNode } from '../node.ts'
import { mergeStyles } from '../style.ts'
import { Area } from './Area.tsx'
import { useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRow } from './TextRow.tsx'
import { useAnnotation } from './use-annotation.ts'

/** Names side by side, one of them highlighted. */
export function Tabs({ node }: { node: TabsNode }): ReactNode {
  const { glyphs } = useShared()
  const { id, path, items, divider } = node
  const line: Line = []
  const ends: number[] = []
  let width = 0
  const add = (part: Line) => {
    line.push(...part)
    for (const { text } of part) width += glyphs.width(text)
  }
  for (const [index, item] of items.entries()) {
    if (index > 0) add(divider)
    const style = index === node.selected ? node.highlightStyle : undefined
    add(
      [{ text: ' ' }, ...item.text, { text: ' ' }].map((span) => ({ ...span, style: mergeStyles(span.style, style) })),
    )
    ends.push(width)
  }
  const ref = useAnnotation({ kind: 'tabs', id, path, ends })
  return (
    <Frame block={node.block}>
      <Area ref={ref}>
        <TextRow line={line} />
      </Area>
    </Frame>
  )
}
