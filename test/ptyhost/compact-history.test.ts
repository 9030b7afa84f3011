import { expect, test } from 'vitest'
import { CompactHistory } from '../../hub/ptyhost/compact-history.ts'
import { rowText } from '../../screen/row.ts'

/** Lines as the fast lane collects them (hub/ptyhost/plain-lane.ts). */
function block(lines: readonly string[]): [Uint8Array, Uint32Array, number] {
  const bytes = Buffer.from(`\n${lines.map((line) => `${line}\r\n`).join('')}`)
  const ends = [...bytes.entries()].filter(([at, byte]) => byte === 10 && at > 0).map(([at]) => at)
  return [bytes, Uint32Array.from(ends), ends.length]
}

function row(text: string): Uint8Array {
  return Buffer.from(`\0${text}`)
}

test('rows and blocks of any size come back in order, and the oldest go when the room is used up', () => {
  const history = new CompactHistory(1 << 20)
  let next = 0
  const some = (count: number, width: number) =>
    Array.from({ length: count }, () => `${next++} `.padEnd((next * 7919) % width, 'x'))
  const held: [number, Uint8Array][] = []
  for (let turn = 1; turn <= 400; turn++) {
    if (turn % 3 === 0) for (const line of some(turn % 17, 100)) history.pushRow(row(line))
    else history.adopt(...block(some(1 + ((turn * 331) % (turn % 2 === 0 ? 40 : 3000)), 20 + (turn % 150))))
    expect(history.end).toBe(next)
    expect(history.bytes).toBeLessThan((1 << 20) + (128 << 10))
    for (const index of [history.first, (history.first + next) >> 1, next - 1]) {
      expect(Number.parseInt(rowText(history.row(index)!), 10)).toBe(index)
    }
    if (turn % 10 === 0) held.push([next - 1, history.row(next - 1)!])
  }
  expect(history.first).toBeGreaterThan(0)
  expect(history.row(history.first - 1)).toBeUndefined()
  // Rows that somebody holds are not written over when their lines have long been dropped.
  for (const [index, bytes] of held) expect(Number.parseInt(rowText(bytes), 10)).toBe(index)
})
