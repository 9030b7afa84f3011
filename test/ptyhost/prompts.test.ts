import { expect, test } from 'vitest'
import { promptNear } from '../../hub/ptyhost/prompt-marks.ts'
import { TerminalLines } from '../../hub/ptyhost/terminal-lines.ts'
import { rowText } from '../../screen/row.ts'
import { numbers, TestTerminal } from './terminal.ts'

const prompt = (text: string) => `\x1b]133;A\x07$ ${text}\r\n`

/** The lines that begin prompts, found from the bottom up, and again from the top down. */
function prompts(terminal: TestTerminal): string[] {
  const { emulator, history } = terminal
  const lines = new TerminalLines(terminal)
  const { epoch } = lines
  const up: number[] = []
  for (let line: number | undefined = lines.end; line !== undefined; ) {
    line = promptNear(emulator, history, epoch, line, 'up')
    if (line !== undefined) up.unshift(line)
  }
  const down: number[] = []
  for (let line = up[0]; line !== undefined; line = promptNear(emulator, history, epoch, line, 'down')) down.push(line)
  expect(down).toEqual(up)
  return up.map((line) => rowText(lines.row(line)!))
}

test('prompts are found wherever their lines have gone meanwhile', () => {
  const terminal = new TestTerminal({ rows: 10, scrollback: 20 })
  const commands = numbers(1, 12).map((number) => `command ${number}`)
  for (const command of commands) terminal.write(`${prompt(command)}${numbers(1, 7).join('\r\n')}\r\n`)
  expect(prompts(terminal)).toEqual(commands.map((command) => `$ ${command}`))
})

test('prompts stay with their lines when these are laid out anew', () => {
  const terminal = new TestTerminal({ cols: 60, rows: 10, scrollback: 30 })
  const command = 'a command that needs more than one row when it gets narrow'
  for (const number of [1, 2, 3, 4, 5]) {
    terminal.write(`${prompt(`${number} ${command}`)}${`${number} ${'output '.repeat(12)}\r\n`.repeat(3)}`)
  }
  for (const cols of [25, 80, 19, 60]) {
    terminal.emulator.resize(cols, 10)
    const found = prompts(terminal).map((text) => text.slice(0, 4))
    // Those that left xterm before are not laid out anew, but keep their places.
    expect(found).toEqual(['$ 1 ', '$ 2 ', '$ 3 ', '$ 4 ', '$ 5 '])
  }
})

test('prompts on the screen stay when what is above it is cleared, and go with a reset', () => {
  const terminal = new TestTerminal({ rows: 6, scrollback: 20 })
  for (const number of [1, 2, 3]) terminal.write(`${prompt(String(number))}${'x\r\n'.repeat(3)}`)
  terminal.write('\x1b[3J')
  expect(prompts(terminal)).toEqual(['$ 3'])
  terminal.write('\x1bc')
  expect(prompts(terminal)).toEqual([])
})

test('a prompt that is drawn again after clearing the screen counts once', () => {
  const terminal = new TestTerminal({ rows: 10 })
  terminal.write(`${prompt('one')}${prompt('two')}\x1b[H\x1b[2J${prompt('three')}`)
  expect(prompts(terminal)).toEqual(['$ three'])
})

test('prompts that programs print on the alternate screen are none', () => {
  const terminal = new TestTerminal()
  terminal.write(`${prompt('one')}\x1b[?1049h${prompt('inside')}\x1b[?1049l`)
  expect(prompts(terminal)).toEqual(['$ one'])
})
