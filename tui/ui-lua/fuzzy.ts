import fuzzysort from 'fuzzysort'

/** A text that fits a query. */
export interface FuzzyMatch {
  /** Which text, from 1 as Lua counts. */
  readonly index: number
  /** The characters that were found, from 1, counted in code points. */
  readonly positions: readonly number[]
}

/** How well a text must fit, from 0 to 1: below this, letters that merely occur somewhere would fill the list. */
const THRESHOLD = 0.2

/** The texts that fit `query`, those that begin with it first, then the best; an empty query fits all, in their order. */
export function fuzzyFilter(query: string, texts: readonly string[]): FuzzyMatch[] {
  const wanted = query.trim()
  if (wanted === '') return texts.map((_, index) => ({ index: index + 1, positions: [] }))
  const targets = texts.map((text, index) => ({ text, index: index + 1 }))
  const found = fuzzysort.go(wanted, targets, { key: 'text', limit: 0, threshold: THRESHOLD })
  const begins = (text: string) => text.toLowerCase().startsWith(wanted.toLowerCase())
  const ordered = [...found.filter(({ obj }) => begins(obj.text)), ...found.filter(({ obj }) => !begins(obj.text))]
  return ordered.map(({ obj, indexes }) => {
    return { index: obj.index, positions: indexes.map((at) => codePoints(obj.text, at) + 1) }
  })
}

/** Code points before a place that is counted in UTF-16 units. */
function codePoints(text: string, place: number): number {
  let count = 0
  for (let at = 0; at < place; at += text.codePointAt(at)! > 0xffff ? 2 : 1) count++
  return count
}
