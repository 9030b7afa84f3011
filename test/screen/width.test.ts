import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { clusterHasCertainWidth, eachCluster, hasCertainWidth, isInvisible, textWidth } from '../../screen/width.ts'
import fastStringWidth from '../../tui/chrome/fast-string-width.ts'
import { Random } from './random.ts'
import { openTerminal, write } from './xterm.ts'

const FAMILIES = ['👨‍👩‍👧‍👦', '👩🏽‍🚀', '🏳️‍🌈', '🧑‍🤝‍🧑', '👁️‍🗨️']
const FLAGS = ['🇩🇪', '🇯🇵', '🇺🇸', '🏴󠁧󠁢󠁥󠁮󠁧󠁿']
const PRESENTATION = ['❤️', '☀️', '✔️', '▶️', '☎️', '©️']
const KEYCAPS = ['1️⃣', '#️⃣', '*️⃣']
const EMOJI = ['😀', '🚀', '👍🏽', '✅', '⭐', '⌚', '⚡', '🤷🏻']
const MARKS = ['e\u0301', 'a\u0308\u0304', 'ñ', 'ö\u0323', 'Z\u0351\u036b']
const EAST_ASIAN = ['漢', '字', 'か', 'が', 'カ', '한', '글', 'ｗ', '！', '、', '「', '　', '𠀀', '㍿']
const AMBIGUOUS = ['±', '×', '°', '§', '─', '│', '█', '…', '“', '→', '①', '★', 'α', 'Я', '€', '\ue0b0']
const TEXT = ['a', 'Z', '~', 'é', 'ß', 'ł', 'λ', 'Ж', 'ﬁ', '₿', '⠿', '⏺', '✳', '☐', '❯']
const SAMPLE = [
  ...FAMILIES,
  ...FLAGS,
  ...PRESENTATION,
  ...KEYCAPS,
  ...EMOJI,
  ...MARKS,
  ...EAST_ASIAN,
  ...AMBIGUOUS,
  ...TEXT,
]

test.each(SAMPLE)('%s takes as many cells in the layout as in the emulator', async (cluster) => {
  const terminal = openTerminal(20, 2)
  await write(terminal, cluster)
  expect(terminal.buffer.active.cursorX).toBe(stringWidth(cluster))
  expect(textWidth(cluster)).toBe(stringWidth(cluster))
  terminal.dispose()
})

test('texts mixed of all of them are measured as Ink does and split into the same glyphs', () => {
  const random = new Random(21)
  const segmenter = new Intl.Segmenter()
  for (let round = 0; round < 1000; round++) {
    const text = Array.from({ length: random.below(12) }, () => random.pick(SAMPLE)).join(random.pick(['', ' ', 'x']))
    const clusters: string[] = []
    let width = 0
    eachCluster(text, (cluster, cells) => {
      clusters.push(cluster)
      width += cells
    })
    expect(clusters).toEqual([...segmenter.segment(text)].map(({ segment }) => segment))
    expect(textWidth(text)).toBe(stringWidth(text))
    expect(width).toBe(stringWidth(text))
  }
})

test('every character by itself is as wide, and as invisible, as Ink takes it for', () => {
  const wrong: string[] = []
  for (let unit = 0; unit < 0x10000; unit++) {
    const text = String.fromCharCode(unit)
    const width = stringWidth(text)
    if (textWidth(text) !== width || isInvisible(text) !== (width === 0)) wrong.push(unit.toString(16))
  }
  expect(wrong).toEqual([])
})

test('pictographs beside anything that may join them are measured as Ink does', () => {
  const parts = ['a', '✳', '⌚', '\ufe0f', '\u200d', '❤', '漢', '👨', '\u0301', '©', '\u20e3', '☎', 'า', '🏽', '\u0600']
  const random = new Random(5)
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: 1 + random.below(5) }, () => random.pick(parts)).join('')
    expect(textWidth(text), text).toBe(stringWidth(text))
    expect(fastStringWidth(text), text).toBe(stringWidth(text))
  }
})

test('what stands for string-width in the bundles measures escapes and ambiguous letters as it does', () => {
  for (const text of ['\x1b[1mbold\x1b[0m', 'α…✳', '漢字', '👍🏽 yes', '']) {
    for (const options of [undefined, { countAnsiEscapeCodes: true }, { ambiguousIsNarrow: false }]) {
      expect(fastStringWidth(text, options)).toBe(stringWidth(text, options))
    }
  }
})

test('what counts as certain is measured alike by layout and emulator and never joins its neighbours', async () => {
  const rows = 1000
  const terminal = openTerminal(8, rows)
  const joined = new Intl.Segmenter()
  const sample = Array.from({ length: 0x10000 }, (_, unit) => unit).filter(hasCertainWidth)
  expect(sample.length).toBeGreaterThan(40_000)
  for (let start = 0; start < sample.length; start += rows) {
    const characters = sample.slice(start, start + rows).map((unit) => String.fromCharCode(unit))
    await write(terminal, characters.map((character, y) => `\x1b[${y + 1}H\x1b[K${character}a`).join(''))
    for (const [y, character] of characters.entries()) {
      const width = textWidth(character)
      const seen = terminal.buffer.active.getLine(y)!.getCell(width)!.getChars()
      const single = [...joined.segment(`a${character}a`)].length === 3
      if (seen !== 'a' || width !== stringWidth(character) || !single) {
        expect.fail(`U+${character.charCodeAt(0).toString(16)} is not certain`)
      }
    }
  }
  terminal.dispose()
})

test('emoji and clusters are not certain, letters with accents are', () => {
  for (const cluster of [...FAMILIES, ...FLAGS, ...PRESENTATION, ...KEYCAPS]) {
    expect(clusterHasCertainWidth(cluster), cluster).toBe(false)
  }
  for (const single of ['😀', '✅', '⏺', '©']) expect(hasCertainWidth(single.codePointAt(0)!), single).toBe(false)
  expect(clusterHasCertainWidth('e\u0301')).toBe(true)
})
