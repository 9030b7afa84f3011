import type { DOMElement } from 'ink'
import { type RefObject, useLayoutEffect, useRef } from 'react'
import { firstVisibleItem } from '../list-scroll.ts'
import { useAnnotation } from './use-annotation.ts'
import { useBoxSize } from './use-box-size.ts'

interface Scrolling<Item> {
  id?: string
  path: string
  items: Item[]
  /** Of those that can be selected. */
  selected?: number
  heightOf: (item: Item) => number
}

export interface HiddenItems {
  above: number
  below: number
}

export interface VisibleItems<Item> {
  /** Index of the first of them. */
  first: number
  visible: Item[]
  /** How many there are above and below what is seen. */
  hidden: HiddenItems
  /** Index of the selected item among all. */
  chosen: number | undefined
  /** Goes to the box they are drawn in. */
  ref: RefObject<DOMElement | null>
  width: number
}

/** Before it is known how many rows there are. */
const NONE: HiddenItems = { above: 0, below: 0 }

/** Finds out which items of a list or table are seen, and tells the painter which row shows which. */
export function useVisibleItems<Item extends { header: boolean }>(list: Scrolling<Item>): VisibleItems<Item> {
  const { id, path, items, selected, heightOf } = list
  const selectable = items.flatMap((item, index) => (item.header ? [] : [index]))
  const previous = useRef(0)
  const ref = useRef<DOMElement>(null)
  const { height: rows, width } = useBoxSize(ref)
  const chosen = selected === undefined ? undefined : selectable[selected]
  const isHeader = (index: number) => items[index]?.header ?? false
  const first = firstVisibleItem(previous.current, chosen, items.map(heightOf), rows, isHeader)
  const numbers = new Map(selectable.map((item, number) => [item, number]))
  const visible: Item[] = []
  const rowItems: number[] = []
  for (let index = first; index < items.length && rowItems.length < rows; index++) {
    visible.push(items[index]!)
    for (let row = 0; row < heightOf(items[index]!); row++) rowItems.push(numbers.get(index) ?? -1)
  }
  rowItems.length = Math.min(rowItems.length, rows)
  while (rowItems.length < rows) rowItems.push(-1)
  useAnnotation({ kind: 'list', id, path, firstVisible: first, rowItems, selectable: selectable.length }, ref)
  useLayoutEffect(() => {
    previous.current = first
  })
  const hidden = rows > 0 ? { above: first, below: items.length - first - visible.length } : NONE
  return { first, visible, hidden, chosen, ref, width }
}
