/**
 * Run as a program in a terminal: writes every byte it gets to a file, and shows the last letter in it that is no ASCII,
 * by its number. Arguments: the file, the name to show, and what to ask the terminal for, with `^` for an escape.
 */
import { appendFileSync, writeFileSync } from 'node:fs'

const [file = '', name = '', modes = ''] = process.argv.slice(2)
const lines = Array.from({ length: 120 }, (_, line) => `\x1b]133;A\x07${name} line ${line}\x1b]133;C\x07`)
process.stdin.setRawMode(true)
process.stdout.write(`${lines.join('\r\n')}\r\n`)
if (modes) process.stdout.write(modes.replaceAll('^', '\x1b'))
writeFileSync(`${file}.pid`, String(process.pid))
show('')
process.stdin.on('data', (data) => {
  appendFileSync(file, data)
  const last = [...data.toString()].findLast(
    (character) => character.codePointAt(0)! >= 0x2e80 && character !== '\ufffd',
  )
  if (last !== undefined) show(last.codePointAt(0)!.toString(16))
})

function show(what: string): void {
  process.stdout.write(`\x1b[H\x1b[K${name} has ${what} `)
}
