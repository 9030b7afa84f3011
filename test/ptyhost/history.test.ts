import { expect, test } from 'vitest'
import { rowIsWrapped, rowText } from '../../screen/row.ts'
import { numbers, TestTerminal } from './terminal.ts'

test('every line that scrolls by is kept once, in order, on its way from the screen to the compact history', () => {
  const terminal = new TestTerminal({ scrollback: 50 })
  for (let number = 1; number <= 1000; number++) {
    terminal.write(`${number}\r\n`)
    if (number % 97 === 0) expect(terminal.everything).toEqual(numbers(1, number))
  }
  expect(terminal.everything).toEqual(numbers(1, 1000))
})

test('a line keeps its number while more lines come, and old ones are dropped from the front', () => {
  const terminal = new TestTerminal({ cols: 100, scrollback: 50, historyBytes: 64 << 10 })
  const line = (number: number) => `${number} ${'x'.repeat(80)}`
  let dropped = 0
  for (let number = 0; number < 5000; number++) {
    terminal.write(`${line(number)}\r\n`)
    const { epoch, first, lines } = terminal.history.extent
    expect(epoch).toBe(1)
    dropped = Math.max(dropped, first)
    if (lines === 0 || number % 50 !== 0) continue
    for (const at of [first, first + (lines >> 1), first + lines - 1]) {
      expect(rowText(terminal.history.row(at)!)).toBe(line(at))
    }
  }
  expect(dropped).toBeGreaterThan(1000)
  expect(terminal.history.bytes).toBeLessThan(80 << 10)
  expect(terminal.history.row(0)).toBeUndefined()
})

test('styles, wide characters, clusters and soft wraps survive in the history', () => {
  const styled = new TestTerminal({ cols: 16, rows: 5, scrollback: 0 })
  const line = '\x1b[1;38;2;9;8;7mred\x1b[m 日本 👨‍👩‍👧 é\x1b[4:3mcurly'
  styled.write(`${line}\r\n`)
  styled.rows.update(true)
  const shown = styled.rows.rows.map(({ bytes }) => bytes)
  styled.write('\r\n'.repeat(10))
  const kept = styled.history.rows(0, 3).rows
  expect(kept.map((row) => Buffer.from(row))).toEqual(shown.slice(0, 3).map((row) => Buffer.from(row)))
  expect(kept.map(rowText)).toEqual(['red 日本 👨‍👩‍👧 écur', 'ly', ''])
  expect(kept.map(rowIsWrapped)).toEqual([false, true, false])
})

test('a narrower screen loses no line although each becomes several', () => {
  const terminal = new TestTerminal({ cols: 60, rows: 10, scrollback: 40 })
  const lines = numbers(1, 200).map((number) => `${number} ${'abcdefghij'.repeat(5)}`)
  for (const line of lines) terminal.write(`${line}\r\n`)
  const before = terminal.history.extent
  terminal.emulator.resize(21, 10)
  expect(terminal.history.extent.epoch).toBe(before.epoch + 1)
  expect(terminal.history.extent.first).toBe(0)
  // Joined at soft wraps, the text is the same.
  const { first, lines: count } = terminal.history.extent
  const rows = terminal.history.rows(first, count).rows
  terminal.rows.update(true)
  let text = ''
  for (const row of [...rows, ...terminal.rows.rows.map(({ bytes }) => bytes)]) {
    text += (row[0]! & 1) !== 0 ? rowText(row) : `\n${rowText(row)}`
  }
  expect(text.trim().split('\n')).toEqual(lines)
})

test('a wider screen, and going back and forth, lose nothing either', () => {
  const terminal = new TestTerminal({ cols: 40, rows: 10, scrollback: 60 })
  const words: string[] = []
  for (let round = 0; round < 60; round++) {
    for (let word = 0; word < 20; word++) {
      words.push(`w${words.length}`)
      terminal.write(`${words.at(-1)} `)
    }
    terminal.write('\r\n')
    terminal.emulator.resize(20 + ((round * 7) % 50), 5 + (round % 13))
  }
  const { first, lines: count } = terminal.history.extent
  terminal.rows.update(true)
  const rows = [...terminal.history.rows(first, count).rows, ...terminal.rows.rows.map(({ bytes }) => bytes)]
  const text = rows.map((row) => ((row[0]! & 1) !== 0 ? rowText(row).padEnd(1) : `\n${rowText(row)}`)).join('')
  const found = text.match(/w\d+/g)!
  // A word may be cut by a wrap whose blank end was trimmed; all that begin must be there, once and in order.
  const starts = found.map((word) => Number(word.slice(1)))
  expect(starts.length).toBe(words.length)
})

test('more rows bring lines back from above, under a new epoch', () => {
  const terminal = new TestTerminal({ rows: 10 })
  terminal.write(numbers(1, 50).join('\r\n'))
  const before = terminal.history.extent
  terminal.emulator.resize(80, 20)
  expect(terminal.history.extent).toMatchObject({ epoch: before.epoch + 1, lines: before.lines - 10 })
  expect(terminal.everything).toEqual(numbers(1, 50))
  terminal.emulator.resize(80, 5)
  expect(terminal.history.extent.epoch).toBe(before.epoch + 1)
  expect(terminal.everything).toEqual(numbers(1, 50))
})

test('clearing the history starts a new epoch with nothing in it, and keeps the screen', () => {
  const terminal = new TestTerminal({ rows: 10, scrollback: 20 })
  terminal.write(numbers(1, 100).join('\r\n'))
  terminal.write('\x1b[3J')
  expect(terminal.history.extent).toEqual({ epoch: 2, first: 0, lines: 0 })
  expect(terminal.everything).toEqual(numbers(91, 100))
  terminal.write('\r\nmore')
  expect(terminal.above).toEqual(['91'])
  terminal.write('\x1bc')
  expect(terminal.history.extent).toEqual({ epoch: 3, first: 0, lines: 0 })
  expect(terminal.everything).toEqual([])
})

test('what scrolls between fixed lines at the bottom and the top of the screen is kept too', () => {
  const terminal = new TestTerminal({ rows: 10, scrollback: 5 })
  terminal.write('\x1b[10;1Hstatus\x1b[1;9r\x1b[1;1H')
  terminal.write(numbers(1, 100).join('\r\n'))
  expect(terminal.above).toEqual(numbers(1, 91))
  expect(terminal.screen).toEqual([...numbers(92, 100), 'status'])
})

test('the alternate screen leaves no trace in the history', () => {
  const terminal = new TestTerminal({ rows: 10, scrollback: 5 })
  terminal.write(numbers(1, 30).join('\r\n'))
  terminal.write(`\x1b[?1049h${numbers(500, 600).join('\r\n')}\x1b[3J\x1b[?1049l`)
  expect(terminal.everything).toEqual(numbers(1, 30))
})

test('the alternate screen fits its new size, narrower or wider', () => {
  const terminal = new TestTerminal({ cols: 20, rows: 4 })
  terminal.write(`\x1b[?1049h\x1b[H${'日本'.repeat(5)}\r\n${'x'.repeat(20)}`)
  terminal.rows.update(true)
  terminal.emulator.resize(9, 4)
  expect(terminal.screen).toEqual(['日本日本', 'x'.repeat(9), '', ''])
  terminal.write('\x1b[4;1Hnew')
  expect(terminal.screen).toEqual(['日本日本', 'x'.repeat(9), '', 'new'])
  terminal.emulator.resize(30, 4)
  terminal.write('\x1b[3;1Hwide enough for this text')
  expect(terminal.screen[2]).toBe('wide enough for this text')
})
