import { describe, expect, it } from 'vitest'
import { SPACER, WIDE } from '../../../screen/cell.ts'
import { Grid } from '../../../screen/grid.ts'
import { encodeRow } from '../../../screen/row.ts'
import { linkAt } from '../../../tui/reader/links.ts'
import { MOVES } from '../../../tui/reader/moves.ts'
import { Selection } from '../../../tui/reader/selection.ts'
import { TextSource } from '../../../tui/reader/text-source.ts'

const COLS = 24

/** Rows of text; one that begins with `+` continues the one above it. */
function source(...rows: string[]): TextSource {
  const encoded = rows.map((text) => {
    const grid = new Grid(COLS, 1)
    let x = 0
    for (const character of text.replace(/^\+/, '')) {
      const wide = /[\u3000-\u9fff]/.test(character)
      grid.cells[x++ * 6] = character.codePointAt(0)! | (wide ? WIDE : 0)
      if (wide) grid.cells[x++ * 6] = SPACER
    }
    grid.wrapped[0] = text.startsWith('+') ? 1 : 0
    return encodeRow(grid, 0)
  })
  return new TextSource({ first: 0, end: rows.length, row: (line) => encoded[line] })
}

const window = { top: 0, rows: 10, cols: COLS }

/** Where repeated moves lead, as `line:column`. */
function walk(text: TextSource, move: string, times: number, line = 0, column = 0): string[] {
  let at = { line, column }
  return Array.from({ length: times }, () => {
    at = MOVES[move]!(text, at, window)
    return `${at.line}:${at.column}`
  })
}

describe('moves', () => {
  it('go over wide characters in one step', () => {
    const text = source('a日本b')
    expect(walk(text, 'right', 4)).toEqual(['0:1', '0:3', '0:5', '0:6'])
    expect(walk(text, 'left', 4, 0, 5)).toEqual(['0:3', '0:1', '0:0', '0:0'])
    expect(walk(text, 'left', 1, 0, 4)).toEqual(['0:1']) // from a right half
  })

  it('go from word to word, over lines and through soft wraps', () => {
    const text = source('one two-three', '', '  four wrap', '+ped end')
    expect(walk(text, 'word_next', 7)).toEqual(['0:4', '0:7', '0:8', '2:2', '2:7', '3:4', '3:7'])
    expect(walk(text, 'word_end', 7)).toEqual(['0:2', '0:6', '0:7', '0:12', '2:5', '3:2', '3:6'])
    expect(walk(text, 'word_previous', 7, 3, 6)).toEqual(['3:4', '2:7', '2:2', '0:8', '0:7', '0:4', '0:0'])
    expect(walk(text, 'big_word_next', 3)).toEqual(['0:4', '2:2', '2:7'])
    expect(walk(text, 'big_word_previous', 2, 2, 2)).toEqual(['0:4', '0:0'])
  })

  it('find the ends of lines and blank lines', () => {
    const text = source('  abc  ', 'x', '', 'y')
    expect(walk(text, 'line_first', 1, 0, 5)).toEqual(['0:2'])
    expect(walk(text, 'line_end', 1)).toEqual(['0:4'])
    expect(walk(text, 'paragraph_down', 1)).toEqual(['2:0'])
    expect(walk(text, 'paragraph_up', 1, 3)).toEqual(['2:0'])
  })
})

describe('a selection', () => {
  it('takes whole characters, words that are paths, and logical lines', () => {
    const text = source('see ./a-b/c.txt, 日本', 'long li', '+ne', 'z')
    const range = (kind: 'char' | 'word' | 'line', line: number, column: number) => {
      const { from, to } = new Selection(kind, { line, column }).range(text)
      return [from.line, from.column, to.line, to.column]
    }
    expect(range('char', 0, 17)).toEqual([0, 17, 0, 19])
    expect(range('word', 0, 9)).toEqual([0, 4, 0, 15])
    expect(range('word', 1, 6)).toEqual([1, 5, 2, 2])
    expect(range('line', 2, 0).slice(0, 3)).toEqual([1, 0, 2])
  })
})

describe('a link', () => {
  const at = (text: TextSource, line: number, column: number) => linkAt(text, { line, column }, new Grid(COLS, 5), 0)

  it('is found where it is pointed at, also over a soft wrap, without what follows it', () => {
    const text = source('go to https://x.org/a_(b', '+)/c?d=1. Then', '(http://y.org), not z')
    expect(at(text, 0, 10)).toBe('https://x.org/a_(b)/c?d=1')
    expect(at(text, 1, 2)).toBe('https://x.org/a_(b)/c?d=1')
    expect(at(text, 1, 8)).toBeUndefined()
    expect(at(text, 0, 2)).toBeUndefined()
    expect(at(text, 2, 5)).toBe('http://y.org')
    expect(at(text, 2, 13)).toBeUndefined()
  })
})
