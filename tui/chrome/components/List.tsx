import type { ReactNode } from 'react'
import { DIM, INVERSE } from '../../../screen/cell.ts'
import type { Line, ListItem, ListNode } from '../node.ts'
import { mergeStyles } from '../style.ts'
import { Area } from './Area.tsx'
import { useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRow } from './TextRow.tsx'
import { useVisibleItems } from './use-visible-items.ts'

/** Items below each other; scrolls so that the selected one is seen. Only what is seen is laid out. */
export function List({ node }: { node: ListNode }): ReactNode {
  const { items } = node
  const { glyphs } = useShared()
  const { id, path, selected } = node
  const { first, visible, hidden, chosen, ref } = useVisibleItems({ id, path, items, selected, heightOf })
  const indent = node.selected === undefined ? 0 : glyphs.width(node.highlightSymbol)
  return (
    <Frame block={node.block} hidden={hidden}>
      <Area ref={ref}>
        {visible.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is the place where an item is shown
          <Item key={index} item={item} selected={first + index === chosen} list={node} indent={indent} />
        ))}
      </Area>
    </Frame>
  )
}

function Item(props: { item: ListItem; selected: boolean; list: ListNode; indent: number }): ReactNode {
  const { item, selected, list, indent } = props
  const style = selected ? mergeStyles(item.style, list.highlightStyle) : item.style
  const margin = ' '.repeat(item.header ? 0 : indent)
  const legible = (style?.attributes ?? 0) & INVERSE ? undimmed : (line: Line) => line
  return (
    <>
      <TextRow
        line={withPrefix(selected ? list.highlightSymbol : margin, legible(item.text))}
        right={item.right && legible(item.right)}
        style={style}
      />
      {item.secondary && <TextRow line={withPrefix(margin, legible(item.secondary.map(dimmed)))} style={style} />}
    </>
  )
}

/** A line as it can be read on a reversed row: what is dim stands out from the background too little there. */
function undimmed(line: Line): Line {
  return line.map((span) => {
    const { attributes } = span.style ?? {}
    return attributes === undefined ? span : { ...span, style: { ...span.style, attributes: attributes & ~DIM } }
  })
}

function withPrefix(prefix: string, line: Line): Line {
  return prefix === '' ? line : [{ text: prefix }, ...line]
}

function dimmed(span: Line[number]): Line[number] {
  return { text: span.text, style: span.style ?? { attributes: DIM } }
}

function heightOf(item: ListItem): number {
  return item.secondary ? 2 : 1
}
