import { expect, test } from 'vitest'
import { ATTRIBUTES, BOLD, CELL_SIZE, CLUSTER, GLYPH, SPACER, WIDE } from '../../../screen/cell.ts'
import { Glyphs } from '../../../tui/chrome/glyphs.ts'
import { draw } from './support/draw.ts'

function paragraph(props: Record<string, unknown>): unknown {
  return { type: 'paragraph', props }
}

test('wide characters and emoji clusters take two cells and are never cut in half', () => {
  const family = '👨‍👩‍👧‍👦'
  expect(draw(paragraph({ lines: [`a漢字${family}`] }), { cols: 7, rows: 1 }).lines).toEqual([`a漢字${family}`])
  expect(draw(paragraph({ lines: [`a漢字${family}`] }), { cols: 6, rows: 1 }).lines).toEqual(['a漢字…'])
  expect(draw(paragraph({ lines: ['漢字字'] }), { cols: 4, rows: 1 }).lines).toEqual(['漢…'])
  expect(draw(paragraph({ lines: ['漢字'] }), { cols: 1, rows: 1 }).lines).toEqual(['…'])
})

test('a cluster is one cell with its text beside it, and a spacer', () => {
  const { cells, clusters } = draw(paragraph({ lines: ['👍🏽e\u0301'] }), { cols: 4, rows: 1 })
  const glyphs = Array.from({ length: 4 }, (_, x) => new Uint32Array(cells)[x * CELL_SIZE + GLYPH]!)
  expect(glyphs[0]! & (CLUSTER | WIDE)).toBe(CLUSTER | WIDE)
  expect(glyphs[1]).toBe(SPACER)
  expect(glyphs[2]! & CLUSTER).toBe(CLUSTER)
  expect(clusters).toEqual([
    [0, '👍🏽'],
    [2, 'e\u0301'],
  ])
})

test('widths are those of the terminals: emoji, flags, keycaps, kana, jamo, combining marks', () => {
  const glyphs = new Glyphs()
  const widths = ['😀', '🇩🇪', '1️⃣', 'カ', 'ｶﾞ', '한', 'e\u0301', '\u200d', '❤️', '⠋', '─'].map((text) =>
    glyphs.width(text),
  )
  expect(widths).toEqual([2, 2, 2, 2, 2, 2, 1, 0, 2, 1, 1])
})

test('a title with an emoji is cut at the border, which stays in its column', () => {
  const { lines } = draw({ type: 'empty', block: { title: '👩‍💻 漢字 titles are long' } }, { cols: 14, rows: 3 })
  expect(lines[0]).toBe('┌👩‍💻 漢字 tit…┐')
})

test('a title of spans keeps the style of each', () => {
  const { grid } = draw({ type: 'empty', block: { title: ['a', { text: 'b', style: 'bold' }] } }, { cols: 6, rows: 3 })
  expect([1, 2, 3].map((x) => grid.cells[x * CELL_SIZE + ATTRIBUTES])).toEqual([0, BOLD, 0])
})

test('a paragraph wraps between words, long words anywhere, and wide text between its characters', () => {
  const wrapped = (lines: unknown[]) => draw(paragraph({ lines, wrap: true }), { cols: 10, rows: 4 }).lines
  expect(wrapped(['the quick brown fox'])).toEqual(['the quick', 'brown fox', '', ''])
  expect(wrapped(['abcdefghijklmno p'])).toEqual(['abcdefghij', 'klmno p', '', ''])
  expect(wrapped(['日本語の文章です'])).toEqual(['日本語の文', '章です', '', ''])
  expect(wrapped(['exactly 10', '', 'next'])).toEqual(['exactly 10', '', 'next', ''])
  expect(wrapped([['a ', { text: 'styled piece', style: 'bold' }, ' z']])).toEqual(['a styled', 'piece z', '', ''])
})

test('without wrap lines are cut and end in an ellipsis', () => {
  expect(draw(paragraph({ lines: ['the quick brown fox', 'b'] }), { cols: 10, rows: 2 }).lines).toEqual([
    'the quick…',
    'b',
  ])
})

test('text can be centered and right aligned', () => {
  expect(draw(paragraph({ lines: ['ab', '漢'], alignment: 'center' }), { cols: 8, rows: 2 }).lines).toEqual([
    '   ab',
    '   漢',
  ])
  expect(draw(paragraph({ lines: ['ab'], alignment: 'right' }), { cols: 8, rows: 1 }).lines).toEqual(['      ab'])
})

test('more lines than rows are left out', () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `${index}`)
  expect(draw(paragraph({ lines }), { cols: 5, rows: 2 }).lines).toEqual(['0', '1'])
})

const CODE = { url: 'https://example.org/#abc', qr: ['█▀▀█', '█▄▄█'], used: false }

test('the connection code shows header, QR code and footer, or its address where it does not fit', () => {
  const node = { type: 'connection_code', props: { header: ['Scan me'], used_header: ['Paired'], footer: ['r: new'] } }
  expect(draw(node, { cols: 10, rows: 5, connectionCode: CODE }).lines).toEqual([
    ' Scan me',
    '   █▀▀█',
    '   █▄▄█',
    '  r: new',
    '',
  ])
  expect(draw(node, { cols: 10, rows: 5, connectionCode: { ...CODE, used: true } }).lines[0]).toBe('  Paired')
  expect(draw(node, { cols: 50, rows: 3, connectionCode: CODE }).lines[1]).toContain('too small')
  expect(draw(node, { cols: 50, rows: 5 }).lines[1]).toContain('Making a connection code')
})
