import { expect, test } from 'vitest'
import { CELL_SIZE, WIDE } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'
import { decodeRow, encodeRow, RowEncoder, rowIsWrapped, rowText } from '../../screen/row.ts'
import { Random, randomGrid } from './random.ts'

test('every row comes back from its bytes cell by cell, whatever is in it', () => {
  const random = new Random(1)
  for (let round = 0; round < 300; round++) {
    const grid = randomGrid(random, 1 + random.below(60), 4, random.next())
    const decoded = randomGrid(random, grid.cols, grid.rows)
    for (let y = 0; y < grid.rows; y++) {
      const bytes = encodeRow(grid, y)
      decodeRow(bytes, decoded, y)
      expect(decoded.rowsEqual(y, grid, y), `round ${round} row ${y}: ${grid.text(y)}`).toBe(true)
      expect(rowText(bytes)).toBe(grid.text(y))
      expect(rowIsWrapped(bytes)).toBe(grid.wrapped[y] === 1)
      expect(decoded.wrapped[y]).toBe(grid.wrapped[y])
    }
  }
})

test('a plain line costs its characters and one byte, an empty one a single byte', () => {
  expect(encodeText('hello world', 80)).toHaveLength(12)
  expect(encodeText('', 80)).toHaveLength(1)
})

test('a line of one repeated character costs a few bytes', () => {
  expect(encodeText('─'.repeat(200), 200).length).toBeLessThanOrEqual(8)
  expect(encodeText(`x${' '.repeat(198)}y`, 200).length).toBeLessThanOrEqual(8)
})

test('a cluster of a thousand accents is cut short', () => {
  const encoder = new RowEncoder()
  encoder.begin(false)
  encoder.cell(0x61 | (1 << 21), `a${'\u0301'.repeat(1000)}`, 0, 0, 0, 0, 0)
  expect(encoder.end().length).toBeLessThan(200)
})

test('a wide glyph at the edge of a narrower grid becomes a space', () => {
  const encoder = new RowEncoder()
  encoder.begin(false)
  encoder.cell(0x61, undefined, 0, 0, 0, 0, 0)
  encoder.cell(0x6f22 | WIDE, undefined, 0, 0, 0, 0, 0)
  const grid = new Grid(2, 1)
  decodeRow(encoder.end(), grid, 0)
  expect([grid.cells[0], grid.cells[CELL_SIZE]]).toEqual([0x61, 0x20])
})

test('malformed bytes give a bounded row without control characters and without an exception', () => {
  const random = new Random(2)
  const grid = new Grid(40, 1)
  for (let round = 0; round < 5000; round++) {
    const bytes = mangled(random)
    decodeRow(bytes, grid, 0)
    expect(rowText(bytes).length).toBeLessThanOrEqual(2000 * 64)
    expect(grid.text(0)).not.toMatch(/[\0-\x1f\x7f-\x9f]/)
    expect(rowText(bytes)).not.toMatch(/[\0-\x1f\x7f-\x9f]/)
  }
})

test('a count of four thousand million cells costs nothing', () => {
  const bytes = Uint8Array.of(0, 0x61, 0x05, 0xff, 0xff, 0xff, 0xff, 0x0f)
  const grid = new Grid(10, 1)
  decodeRow(bytes, grid, 0)
  expect(grid.text(0)).toBe('aaaaaaaaaa')
  expect(rowText(bytes)).toHaveLength(2000)
})

function encodeText(text: string, cols: number): Uint8Array {
  const grid = new Grid(cols, 1)
  let at = 0
  for (const character of text) grid.cells[CELL_SIZE * at++] = character.codePointAt(0)!
  return encodeRow(grid, 0)
}

/** Random bytes, or the bytes of a real row with some of them changed or cut off. */
function mangled(random: Random): Uint8Array {
  if (random.chance(0.5)) return Uint8Array.from({ length: random.below(40) }, () => random.below(256))
  const bytes = encodeRow(randomGrid(random, 30, 1), 0)
  for (let change = 0; change < 3; change++) bytes[random.below(bytes.length)] = random.below(256)
  return bytes.subarray(0, random.below(bytes.length + 1))
}
