import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { clusterHasCertainWidth, eachCluster, hasCertainWidth, textWidth } from '../../screen/width.ts'
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
