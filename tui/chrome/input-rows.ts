import type { Glyphs } from './glyphs.ts'

/** An input's text broken into rows, and where the caret is among them. */
export interface InputRows {
  rows: string[]
  /** Row and column in cells; the column is less than the width. */
  caret: { row: number; column: number }
}

/**
 * Breaks the text of an input at its line breaks and wherever a row of `width` cells is full.
 *
 * @param cursor grapheme clusters before the caret, a line break counting as one
 */
export function inputRows(value: string, cursor: number, width: number, glyphs: Glyphs): InputRows {
  const columns = Math.max(1, width)
  const rows: string[] = []
  let caret: InputRows['caret'] | undefined
  let text = ''
  let used = 0
  let position = 0
  const endRow = () => {
    rows.push(text)
    text = ''
    used = 0
  }
  const markCaret = () => {
    if (position === cursor) caret = { row: rows.length, column: used }
  }
  for (const [index, line] of value.split('\n').entries()) {
    if (index > 0) {
      endRow()
      position++
    }
    for (const glyph of glyphs.split(line)) {
      if (used + glyph.width > columns && used > 0) endRow()
      markCaret()
      text += glyph.text
      used += glyph.width
      position++
    }
    // At the end of a full row the caret stands at the start of the next.
    if (used >= columns) endRow()
    markCaret()
  }
  if (text !== '' || rows.length === 0 || used === 0) rows.push(text)
  return { rows, caret: caret ?? { row: rows.length - 1, column: used } }
}
