import { expect, test } from 'vitest'
import { PlainLane } from '../../hub/ptyhost/plain-lane.ts'
import { numbers, TestTerminal } from './terminal.ts'

/** The same sequence of numbers for the same seed. */
function generator(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return (seed >> 8) % below
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789~!@#$%^&*'

/** Mostly plain lines, and now and then what is not. */
function output(random: (below: number) => number, lines: number, cols: number, oddity: number): string {
  let text = ''
  const odd = [
    () => '\x1b[31mred\x1b[m\r\n',
    () => `${'wide '.repeat(cols)}\r\n`,
    () => 'no return\n',
    () => 'over\rwritten\r\n',
    () => '日本é\r\n',
    () => '\ttab\r\n',
    () => '\x1b[2J',
    () => '\x1b[1;5rregion\r\n\r\n\x1b[r\x1b[99;1H\r\n',
    () => '\x1b[4mstays underlined\r\n',
    () => '\x1b[m',
    () => '\x1b[5;5H',
    () => '\x1b[?1049halternate\r\n\x1b[?1049l',
    () => '\x1b[3J',
    () => '\x1b]2;title\x07',
  ]
  for (let line = 0; line < lines; line++) {
    if (random(oddity) === 0) text += odd[random(odd.length)]!()
    const start = random(LETTERS.length - 1)
    text += `${LETTERS.slice(start, start + random(cols + 1))}${line}\r\n`.slice(-cols - 2)
  }
  return text
}

test('a flood through the fast lane leaves what it leaves without, wherever it is cut and looked at', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = generator(seed)
    const options = { cols: 20 + random(60), rows: 3 + random(30), scrollback: random(400) }
    const through = new TestTerminal(options)
    const without = new TestTerminal(options)
    const lane = new PlainLane(through.emulator, through.history)
    const bytes = Buffer.from(output(random, 8000, options.cols, [200, 2000, 5000][seed % 3]!))
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + 1 + random(8192))
      at += piece.length
      lane.parse(piece)
      without.write(piece)
      if (random(20) > 0) continue
      lane.settle()
      expect(through.screen).toEqual(without.screen)
      expect(through.emulator.cursor()).toEqual(without.emulator.cursor())
      expect(through.history.extent).toEqual(without.history.extent)
    }
    lane.release()
    expect(through.history.extent).toEqual(without.history.extent)
    expect(through.everything, `seed ${seed}`).toEqual(without.everything)
    expect(through.emulator.modes()).toEqual(without.emulator.modes())
  }
})

test('a long flood of plain lines goes by without passing through the emulator', () => {
  const terminal = new TestTerminal({ rows: 24, scrollback: 1000, historyBytes: 64 << 20 })
  const lane = new PlainLane(terminal.emulator, terminal.history)
  const flood = Buffer.from(`${numbers(1, 200_000).join('\r\n')}\r\n`)
  for (let at = 0; at < flood.length; at += 8192) lane.parse(flood.subarray(at, at + 8192))
  lane.release()
  expect(terminal.everything).toEqual(numbers(1, 200_000))
  expect(terminal.emulator.scrollbackLines).toBeLessThan(150)
})

test('the end of a flood can still be laid out anew', () => {
  const terminal = new TestTerminal({ cols: 40, rows: 10, scrollback: 1000 })
  const lane = new PlainLane(terminal.emulator, terminal.history)
  const lines = numbers(1, 3000).map((number) => `${number} ${'x'.repeat(25)}`)
  lane.parse(Buffer.from(`${lines.join('\r\n')}\r\n`))
  lane.release()
  terminal.emulator.resize(20, 10)
  const tail = [...terminal.above, ...terminal.screen].slice(-100).filter((line) => line !== '')
  expect(tail.at(-2)).toBe(`3000 ${'x'.repeat(15)}`)
  expect(tail.at(-1)).toBe('x'.repeat(10))
})

test('short floods one after another fill the history with lines and not with room for some', () => {
  const terminal = new TestTerminal({ rows: 24, scrollback: 500, historyBytes: 1 << 20 })
  const lane = new PlainLane(terminal.emulator, terminal.history)
  for (let burst = 0; burst < 50; burst++) {
    lane.parse(Buffer.from(`${numbers(burst * 1000 + 1, burst * 1000 + 1000).join('\r\n')}\r\n`))
    lane.release()
  }
  expect(terminal.everything).toEqual(numbers(1, 50_000))
  expect(terminal.history.bytes).toBeLessThan(50_000 * 14)
})
