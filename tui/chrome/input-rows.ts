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
  const lines = value.split('\n')
  for (const [index, line] of lines.entries()) {
    for (const glyph of glyphs.split(line)) {
      if (used + glyph.width > columns && used > 0) endRow()
      if (position === cursor) caret = { row: rows.length, column: used }
      text += glyph.text
      used += glyph.width
      position++
    }
    // After a full row the caret stands at the start of a new one; before a line break there is none, so on the last cell.
    const last = index === lines.length - 1
    if (last && used >= columns) endRow()
    if (position === cursor) caret = { row: rows.length, column: Math.min(used, columns - 1) }
    if (last) break
    endRow()
    position++
  }
  caret ??= { row: rows.length, column: used }
  endRow()
  return { rows, caret }
}
