/** One line of a text, or of the difference between two. */
export interface Line {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** Cells of the table of common lines: 4 MB of memory and some 20 ms. Longer parts are shown as replaced. */
const MAX_CELLS = 1 << 20

/** The lines of two texts, in an order that makes one of the other. */
export function difference(before: string, after: string): Line[] {
  const [a, b] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  return [
    ...a.slice(0, start).map(same),
    ...changed(a.slice(start, endA), b.slice(start, endB)),
    ...a.slice(endA).map(same),
  ]
}

/** The lines of a text, all of them `kind`. */
export function wholeText(text: string, kind: Line['kind']): Line[] {
  return linesOf(text).map((line) => ({ kind, text: line }))
}

function linesOf(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}

/** By their longest common subsequence. */
function changed(a: readonly string[], b: readonly string[]): Line[] {
  const width = b.length + 1
  if ((a.length + 1) * width > MAX_CELLS) return [...a.map(removed), ...b.map(added)]
  const common = new Uint32Array((a.length + 1) * width) // of the rests from i and j on
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [below, right] = [common[(i + 1) * width + j]!, common[i * width + j + 1]!]
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(below, right)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push(same(a[i++]!))
      j++
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) {
      lines.push(removed(a[i++]!))
    } else {
      lines.push(added(b[j++]!))
    }
  }
  return [...lines, ...a.slice(i).map(removed), ...b.slice(j).map(added)]
}

const same = (text: string): Line => ({ kind: 'same', text })
const added = (text: string): Line => ({ kind: 'added', text })
const removed = (text: string): Line => ({ kind: 'removed', text })
