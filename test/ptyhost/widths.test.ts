import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { TestTerminal } from './terminal.ts'

const CLUSTERS = ['🪿', '🫠', '🫨', '🪭', '🫩', '👍🏽', '🫱🏽', '🫱🏻‍🫲🏿', '👨‍👩‍👧', '🇩🇪', '1️⃣', '日', 'e\u0301', 'a']

test.each(CLUSTERS)('%s takes as many cells as the layout counts, also after other text', (cluster) => {
  const terminal = new TestTerminal({ cols: 20, rows: 2 })
  terminal.write(cluster)
  expect(terminal.emulator.cursor().x).toBe(stringWidth(cluster))
  terminal.write(`\rab${cluster}c`)
  expect(terminal.emulator.cursor().x).toBe(3 + stringWidth(cluster))
})

test('every emoji of one code point takes two cells', () => {
  const terminal = new TestTerminal({ cols: 20, rows: 2 })
  const wrong: string[] = []
  for (let codePoint = 0x1f000; codePoint < 0x20000; codePoint++) {
    const emoji = String.fromCodePoint(codePoint)
    if (!/^\p{Emoji_Presentation}$/u.test(emoji) || /\p{Regional_Indicator}/u.test(emoji)) continue
    terminal.write(`\r${emoji}`)
    if (terminal.emulator.cursor().x !== 2) wrong.push(emoji)
  }
  expect(wrong).toEqual([])
})
