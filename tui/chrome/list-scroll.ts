/**
 * The first item a list shows so that the selected one is seen, moving as little as it can.
 *
 * @param previous the first item shown before
 * @param selected index of the item to be seen, undefined for none
 * @param heights rows of each item
 * @param rows rows there are
 * @param isHeader whether an item is a heading, which is shown with the first item below it where there is room
 */
export function firstVisibleItem(
  previous: number,
  selected: number | undefined,
  heights: readonly number[],
  rows: number,
  isHeader: (index: number) => boolean,
): number {
  const count = heights.length
  let first = Math.max(0, Math.min(previous, count - 1))
  if (rows <= 0) return first
  if (selected !== undefined && selected < count) {
    const group =
      isHeader(selected - 1) && heights[selected - 1]! + heights[selected]! <= rows ? selected - 1 : selected
    if (group < first) first = group
    while (first < selected && sum(heights, first, selected) > rows) first++
  }
  // No empty rows at the end while there is something above.
  while (first > 0 && sum(heights, first - 1, count - 1) <= rows) first--
  return first
}

function sum(heights: readonly number[], from: number, to: number): number {
  let total = 0
  for (let index = from; index <= to; index++) total += heights[index]!
  return total
}
