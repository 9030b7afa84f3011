import { describe, expect, it } from 'vitest'
import { copyText } from '../../hub/ptyhost/copy-text.ts'
import { TerminalLines } from '../../hub/ptyhost/terminal-lines.ts'
import { numbers, TestTerminal } from './terminal.ts'

type Place = [line: number, column: number]

/** All of a range, however many answers it takes. */
function copy(terminal: TestTerminal, from: Place, to: Place, block = false): string {
  const lines = new TerminalLines(terminal)
  const end = { line: to[0], column: to[1] }
  let start = { line: from[0], column: from[1] }
  for (let text = ''; ; ) {
    const piece = copyText(lines, { from: start, to: end, block }, performance.now() + 3)
    text += piece.text
    if (piece.next === undefined) return text
    start = { line: piece.next, column: block ? from[1] : 0 }
  }
}

describe('copying from a terminal', () => {
  it('reaches from the compact history to the screen, without blanks at the ends of lines', () => {
    const terminal = new TestTerminal({ rows: 10, scrollback: 50 })
    terminal.write(
      numbers(1, 5000)
        .map((number) => `${number}   `)
        .join('\r\n'),
    )
    expect(copy(terminal, [0, 0], [4999, 80])).toBe(numbers(1, 5000).join('\n'))
    expect(copy(terminal, [998, 2], [1000, 2])).toBe('9\n1000\n10')
  })

  it('joins what a soft wrap divides', () => {
    const terminal = new TestTerminal({ cols: 10, rows: 5 })
    terminal.write('a long line that wraps around\r\nnext')
    expect(copy(terminal, [0, 2], [3, 4])).toBe('long line that wraps around\nnext')
    expect(copy(terminal, [0, 2], [1, 3])).toBe('long line t')
  })

  it('takes the columns of a block from every line', () => {
    const terminal = new TestTerminal({ cols: 20, rows: 5 })
    terminal.write('one two\r\n1\r\nthree four\r\n日本語x')
    expect(copy(terminal, [0, 4], [3, 7], true)).toBe('two\n\ne f\n語x')
  })

  it('leaves out what lies outside', () => {
    const terminal = new TestTerminal({ cols: 20, rows: 3 })
    terminal.write('1\r\n2\r\n3')
    expect(copy(terminal, [0, 0], [500, 3])).toBe('1\n2\n3')
  })
})
