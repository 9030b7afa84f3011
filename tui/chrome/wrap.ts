import type { Glyphs } from './glyphs.ts'
import type { Line, Span, Style } from './node.ts'

/**
 * Breaks a line into rows of at most `width` cells, between words where it can. Spaces at a break are dropped, spaces
 * at the start of the line stay; a word longer than a row is broken anywhere. Always gives at least one row.
 */
export function wrapLine(line: Line, width: number, glyphs: Glyphs): Line[] {
  if (width < 2) return [line] // a wide glyph would fit into no row; the painter cuts
  const rows: Row[] = [new Row()]
  for (const word of words(line, glyphs)) {
    let row = rows.at(-1)!
    if (row.width + word.width > width && row.width > 0) {
      if (word.space) {
        row.full = true
        continue
      }
      row = new Row()
      rows.push(row)
    } else if (row.full && row.width > 0 && !word.space) {
      row = new Row()
      rows.push(row)
    }
    for (const piece of word.pieces) {
      for (const glyph of piece.glyphs) {
        if (row.width + glyph.width > width) {
          row = new Row()
          rows.push(row)
        }
        row.add(glyph.text, glyph.width, piece.style)
      }
    }
  }
  return rows.map((row) => row.trimmed(rows.length > 1 && row !== rows.at(-1)))
}

interface Word {
  space: boolean
  wide: boolean
  width: number
  pieces: { glyphs: { text: string; width: number }[]; style?: Style }[]
}

/** Runs of spaces and runs of other glyphs, across spans. */
function words(line: Line, glyphs: Glyphs): Word[] {
  const result: Word[] = []
  for (const span of line) {
    for (const glyph of glyphs.split(span.text)) {
      const space = glyph.text === ' '
      let word = result.at(-1)
      const wide = glyph.width === 2
      if (!word || word.space !== space || wide || word.wide) {
        // A wide glyph is a word of its own: East Asian text has no spaces to break at.
        word = { space, wide, width: 0, pieces: [] }
        result.push(word)
      }
      let piece = word.pieces.at(-1)
      if (!piece || piece.style !== span.style) {
        piece = { glyphs: [], style: span.style }
        word.pieces.push(piece)
      }
      piece.glyphs.push(glyph)
      word.width += glyph.width
    }
  }
  return result
}

class Row {
  width = 0
  /** Spaces were dropped at its end: the next word starts a new row. */
  full = false
  readonly #spans: Span[] = []

  add(text: string, width: number, style: Style | undefined): void {
    const last = this.#spans.at(-1)
    if (last && last.style === style) last.text += text
    else this.#spans.push(style ? { text, style } : { text })
    this.width += width
  }

  trimmed(trimEnd: boolean): Line {
    const last = this.#spans.at(-1)
    if (trimEnd && last) last.text = last.text.replace(/ +$/, '')
    return this.#spans
  }
}
