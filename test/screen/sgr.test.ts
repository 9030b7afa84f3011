import { expect, test } from 'vitest'
import { BOLD, COLOR_PALETTE, COLOR_RGB, DIM, ITALIC, UNDERLINE_SHIFT } from '../../screen/cell.ts'
import { paletteRgb, reduceColor } from '../../screen/color.ts'
import { Output } from '../../screen/output.ts'
import { type SgrOptions, StyleWriter } from '../../screen/sgr.ts'
import { applySgr, type Style } from '../../screen/sgr-parser.ts'
import { Random, randomStyle } from './random.ts'

const CURLY = 3 << UNDERLINE_SHIFT

test('any style follows any other, as read back by the parser', () => {
  const random = new Random(41)
  const out = new Output()
  const writer = new StyleWriter(out)
  const style: Style = { foreground: 0, background: 0, attributes: 0, underlineColor: 0 }
  for (let round = 0; round < 5000; round++) {
    const [foreground, background, attributes, underlineColor] = randomStyle(random)
    out.reset()
    writer.set(foreground, background, attributes, underlineColor)
    const text = Buffer.from(out.take()).toString()
    for (const [, parameters] of text.matchAll(/\x1b\[([\d;:]*)m/g)) applySgr(parameters!, style)
    expect(style, text).toEqual({ foreground, background, attributes, underlineColor })
  }
})

test('only what changes is written', () => {
  expect(sequence([0, 0, BOLD, 0], [0, 0, BOLD | ITALIC, 0])).toBe('\x1b[3m')
  expect(sequence([COLOR_PALETTE | 1, 0, 0, 0], [COLOR_PALETTE | 9, 0, 0, 0])).toBe('\x1b[91m')
  expect(sequence([0, 0, BOLD | DIM, 0], [0, 0, DIM, 0])).toBe('\x1b[;2m')
  expect(sequence([COLOR_RGB | 0x010203, 0, BOLD, 0], [COLOR_RGB | 0x010203, 0, 0, 0])).toBe('\x1b[22m')
  expect(sequence([1, 2, BOLD, 0], [0, 0, 0, 0])).toBe('\x1b[m')
})

test('a terminal without underline styles gets single underlines', () => {
  expect(sequence([0, 0, 0, 0], [0, 0, CURLY, COLOR_RGB], { underlineStyles: false })).toBe('\x1b[4m')
})

test('colours are brought down to what the terminal can show', () => {
  expect(reduceColor(COLOR_RGB | 0xff0000, '256')).toBe(COLOR_PALETTE | 196)
  expect(reduceColor(COLOR_RGB | 0x808080, '256')).toBe(COLOR_PALETTE | 244)
  expect(reduceColor(COLOR_RGB | 0xfe0101, '16')).toBe(COLOR_PALETTE | 9)
  expect(reduceColor(COLOR_PALETTE | 21, '16')).toBe(COLOR_PALETTE | 4)
  expect(reduceColor(COLOR_PALETTE | 3, '16')).toBe(COLOR_PALETTE | 3)
  expect(reduceColor(COLOR_RGB | 0x123456, 'none')).toBe(0)
  expect(reduceColor(0, '16')).toBe(0)
})

test('every colour of the cube and the grey ramp is brought down to itself', () => {
  for (let index = 16; index < 256; index++) {
    const reduced = reduceColor(COLOR_RGB | paletteRgb(index), '256') & 0xff
    expect(paletteRgb(reduced)).toBe(paletteRgb(index))
  }
})

type Arguments = Parameters<StyleWriter['set']>

function sequence(from: Arguments, to: Arguments, options: SgrOptions = {}): string {
  const out = new Output()
  const writer = new StyleWriter(out, options)
  writer.set(...from)
  out.reset()
  writer.set(...to)
  return Buffer.from(out.take()).toString()
}
