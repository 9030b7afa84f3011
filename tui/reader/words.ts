import type { Position } from '../../screen/logical-line.ts'
import { columnAt } from '../../screen/row-text.ts'
import { addressAround } from './links.ts'
import { comparePlaces } from './place.ts'
import { glyphAt, type TextSource } from './text-source.ts'

/** Steps that one move takes at most: a history of blank lines must not hold up a key. */
const MAX_STEPS = 20_000

/** What divides words: `word` as vi does (letters and digits, or other characters), `bigWord` only blanks. */
export type WordKind = 'word' | 'bigWord'

/** Walks over the characters of a terminal's text, from row to row; between two lines there is a blank. */
class Walker {
  line: number
  readonly #source: TextSource
  #index: number

  constructor(source: TextSource, { line, column }: Position) {
    this.#source = source
    this.line = line
    const row = source.text(line)
    this.#index = row === undefined ? 0 : glyphAt(row, column)
  }

  get place(): Position {
    const row = this.#source.text(this.line)
    return { line: this.line, column: row === undefined ? 0 : columnAt(row, this.#index) }
  }

  /** The kind of the character here: 0 blank, 1 letter, 2 anything else. */
  kind(words: WordKind): number {
    const text = this.#source.text(this.line)?.text ?? ''
    const codePoint = text.codePointAt(this.#index)
    if (codePoint === undefined) return 0
    const character = String.fromCodePoint(codePoint)
    if (/\s/u.test(character)) return 0
    return words === 'bigWord' || /[\p{L}\p{N}\p{M}_]/u.test(character) ? 1 : 2
  }

  /** To the next character. @returns undefined at the end, else whether a new line began */
  forward(): boolean | undefined {
    const text = this.#source.text(this.line)?.text ?? ''
    if (this.#index < text.length) this.#index += (text.codePointAt(this.#index) ?? 0) > 0xffff ? 2 : 1
    if (this.#index < text.length) return false
    if (this.line + 1 >= this.#source.end || this.#source.text(this.line + 1) === undefined) return undefined
    this.line++
    this.#index = 0
    return !this.#source.isWrapped(this.line)
  }

  /** To the character before. @returns undefined at the beginning, else whether another line ends there */
  back(): boolean | undefined {
    if (this.#index > 0) {
      const text = this.#source.text(this.line)?.text ?? ''
      this.#index -= this.#index > 1 && (text.codePointAt(this.#index - 2) ?? 0) > 0xffff ? 2 : 1
      return false
    }
    const above = this.line > this.#source.first ? this.#source.text(this.line - 1) : undefined
    if (above === undefined) return undefined
    const ends = !this.#source.isWrapped(this.line)
    this.line--
    this.#index = Math.max(0, above.text.length - 1)
    return ends
  }
}

/** The beginning of the next word. */
export function nextWord(source: TextSource, from: Position, words: WordKind): Position {
  const walker = new Walker(source, from)
  const start = walker.kind(words)
  let inside = start !== 0
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const newLine = walker.forward()
    if (newLine === undefined) break
    const kind = walker.kind(words)
    if (newLine || kind !== start) inside = false
    if (!inside && kind !== 0) break
  }
  return walker.place
}

/** The end of this word, or of the next one. */
export function wordEnd(source: TextSource, from: Position, words: WordKind): Position {
  const walker = new Walker(source, from)
  let place = from
  let kind = 0
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const newLine = walker.forward()
    if (newLine === undefined) break
    const here = walker.kind(words)
    if (kind !== 0 && (newLine || here !== kind)) return place
    kind = here
    place = walker.place
  }
  return kind === 0 ? from : place
}

/** The beginning of this word, or of the one before. */
export function previousWord(source: TextSource, from: Position, words: WordKind): Position {
  const walker = new Walker(source, from)
  let place = from
  let kind = 0
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const otherLine = walker.back()
    if (otherLine === undefined) break
    const here = walker.kind(words)
    if (kind !== 0 && (otherLine || here !== kind)) return place
    kind = here
    place = walker.place
  }
  return kind === 0 ? from : place
}

/** The characters around a place that belong together when it is clicked twice; paths and addresses are one. */
export function wordAround(source: TextSource, at: Position): { from: Position; to: Position } {
  const { joined, index } = source.logicalLine(at)
  const character = joined.text[index] ?? ' '
  const belongs = TOGETHER.test(character) ? TOGETHER : /\s/.test(character) ? /\s/ : undefined
  const address = addressAround(joined.text, index)
  let { start, end } = address ?? { start: index, end: Math.min(joined.text.length, index + 1) }
  if (address === undefined && belongs !== undefined) {
    while (start > 0 && belongs.test(joined.text[start - 1]!)) start--
    while (end < joined.text.length && belongs.test(joined.text[end]!)) end++
  }
  if (end <= start) return { from: at, to: { line: at.line, column: at.column + 1 } }
  const from = joined.position(start)
  const to = joined.end(end)
  return comparePlaces(from, to) < 0 ? { from, to } : { from: at, to: { line: at.line, column: at.column + 1 } }
}

/** Tested against one UTF-16 unit at a time: halves of surrogate pairs are letters mostly. */
const TOGETHER = /[\p{L}\p{N}\p{M}\p{Cs}_./~?&=%+#@:\p{Cf}-]/u
