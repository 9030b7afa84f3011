import type { DOMElement } from 'ink'
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react'
import { DIM } from '../../../screen/cell.ts'
import { firstVisibleItem } from '../list-scroll.ts'
import type { Line, ListItem, ListNode } from '../node.ts'
import { mergeStyles } from '../style.ts'
import { Area } from './Area.tsx'
import { useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRow } from './TextRow.tsx'
import { useAnnotation } from './use-annotation.ts'
import { useBoxSize } from './use-box-size.ts'

/** Items below each other; scrolls so that the selected one is seen. Only what is seen is laid out. */
export function List({ node }: { node: ListNode }): ReactNode {
  const { items } = node
  const { glyphs } = useShared()
  const { first, visible, ref } = useVisible(node)
  const indent = node.selected === undefined ? 0 : glyphs.width(node.highlightSymbol)
  const chosen = node.selected === undefined ? undefined : selectables(items)[node.selected]
  return (
    <Frame block={node.block}>
      <Area ref={ref}>
        {visible.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is the place where an item is shown
          <Item key={index} item={item} selected={first + index === chosen} list={node} indent={indent} />
        ))}
      </Area>
    </Frame>
  )
}

/** Finds out which items are seen, and tells the painter which row shows which. */
function useVisible(node: ListNode): { first: number; visible: ListItem[]; ref: RefObject<DOMElement | null> } {
  const { items } = node
  const selectable = selectables(items)
  const previous = useRef(0)
  const ref = useRef<DOMElement>(null)
  const { height: rows } = useBoxSize(ref)
  const chosen = node.selected === undefined ? undefined : selectable[node.selected]
  const first = firstVisibleItem(
    previous.current,
    chosen,
    items.map(heightOf),
    rows,
    (index) => items[index]?.header ?? false,
  )
  const numbers = new Map(selectable.map((item, number) => [item, number]))
  const visible: ListItem[] = []
  const rowItems: number[] = []
  for (let index = first; index < items.length && rowItems.length < rows; index++) {
    visible.push(items[index]!)
    for (let row = 0; row < heightOf(items[index]!); row++) rowItems.push(numbers.get(index) ?? -1)
  }
  rowItems.length = Math.min(rowItems.length, rows)
  while (rowItems.length < rows) rowItems.push(-1)
  const { id, path } = node
  useAnnotation({ kind: 'list', id, path, firstVisible: first, rowItems, selectable: selectable.length }, ref)
  useLayoutEffect(() => {
    previous.current = first
  })
  return { first, visible, ref }
}

function Item(props: { item: ListItem; selected: boolean; list: ListNode; indent: number }): ReactNode {
  const { item, selected, list, indent } = props
  const style = selected ? mergeStyles(item.style, list.highlightStyle) : item.style
  const margin = ' '.repeat(item.header ? 0 : indent)
  return (
    <>
      <TextRow
        line={withPrefix(selected ? list.highlightSymbol : margin, item.text)}
        right={item.right}
        style={style}
      />
      {item.secondary && <TextRow line={withPrefix(margin, item.secondary.map(dimmed))} style={style} />}
    </>
  )
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

/** The indices of the items that can be selected. */
function selectables(items: ListItem[]): number[] {
  return items.flatMap((item, index) => (item.header ? [] : [index]))
}
