import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { IBufferCell, IBufferLine } from '@xterm/headless'
import { expect } from 'vitest'
import type { PainterOptions } from '../../../screen/painter.ts'
import { ChromeRenderer } from '../../../tui/chrome/renderer.ts'
import { Display } from '../../../tui/display.ts'
import { openTerminal } from '../../screen/xterm.ts'
import type { KeysUnderTest } from './keys-harness.ts'

const FOLDER = join(import.meta.dirname, '../golden')

export type ScreenSize = readonly [cols: number, rows: number]

/** The sizes every screen is looked at in. */
export const SIZES: readonly [ScreenSize, ScreenSize, ScreenSize] = [
  [80, 24],
  [120, 40],
  [200, 60],
]

/**
 * What a terminal of that size shows of the UI as it was drawn last: through the chrome, the painter and an emulator.
 * Terminals inside are empty.
 */
export async function screenOf(tui: KeysUnderTest, cols: number, rows: number, options?: PainterOptions) {
  const terminal = openTerminal(cols, rows)
  await paintOn(terminal, tui, options)
  const { active } = terminal.buffer
  const lines = Array.from({ length: rows }, (_, y) => active.getLine(y)?.translateToString(true) ?? '')
  terminal.dispose()
  return lines.join('\n')
}

/** The same, and below each line in which something has a style, what has which: `1-9 cyan bold · 14 yellow`. */
export async function styledScreenOf(tui: KeysUnderTest, cols: number, rows: number) {
  const terminal = openTerminal(cols, rows)
  await paintOn(terminal, tui)
  const { active } = terminal.buffer
  const lines = Array.from({ length: rows }, (_, y) => {
    const line = active.getLine(y)!
    const styles = stylesOf(line, cols)
    return [line.translateToString(true), ...(styles === '' ? [] : [`    ${styles}`])]
  })
  terminal.dispose()
  return lines.flat().join('\n')
}

function stylesOf(line: IBufferLine, cols: number): string {
  const runs: { from: number; to: number; style: string; blank: string }[] = []
  for (let x = 0; x < cols; x++) {
    const cell = line.getCell(x)!
    const isBlank = cell.getChars().trim() === '' && !cell.isInverse() // what is reversed shows its colour
    const [blank, style] = [
      blankStyle(cell),
      isBlank ? undefined : [glyphStyle(cell), blankStyle(cell)].join(' ').trim(),
    ]
    const last = runs.at(-1)
    const goesOn = last !== undefined && last.blank === blank && (style ?? last.style) === last.style
    if (!goesOn) runs.push({ from: x, to: x, style: style ?? blank, blank })
    else if (!isBlank || blank !== '') last.to = x // blanks without a look of their own end nothing
  }
  const shown = runs.filter(({ style }) => style !== '')
  return shown.map(({ from, to, style }) => `${from === to ? from : `${from}-${to}`} ${style}`).join(' · ')
}

const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'gray']

const color = (value: number) => COLORS[value] ?? String(value)

/** What shows in a glyph alone. */
function glyphStyle(cell: IBufferCell): string {
  return words(
    !cell.isFgDefault() && color(cell.getFgColor()),
    cell.isBold() && 'bold',
    cell.isDim() && 'dim',
    cell.isItalic() && 'italic',
  )
}

/** What shows without one too. */
function blankStyle(cell: IBufferCell): string {
  return words(
    !cell.isBgDefault() && `on ${color(cell.getBgColor())}`,
    cell.isUnderline() && 'underlined',
    cell.isInverse() && 'reversed',
  )
}

function words(...parts: (string | false | 0)[]): string {
  return parts.filter(Boolean).join(' ')
}

/** Draws the UI on an emulator, for tests that look at colours. */
export async function paintOn(
  terminal: ReturnType<typeof openTerminal>,
  tui: KeysUnderTest,
  options?: PainterOptions,
): Promise<string> {
  const { cols, rows } = terminal
  const [tree, overlay] = tui.drawn()
  if (tree === undefined) throw new Error('nothing was drawn')
  using renderer = new ChromeRenderer()
  let written = ''
  const write = (bytes: Uint8Array | string) => {
    written += Buffer.from(bytes).toString()
    return true
  }
  const display = new Display({ write }, terminal, options)
  display.showNotices(tui.notices.list)
  display.showChrome(renderer.draw({ type: 'render', seq: 1, cols, rows, tree, overlay, connectionCode: tui.code() }))
  display.paint(undefined)
  await new Promise<void>((done) => terminal.write(written, done))
  return written
}

/** The names of all pictures that are kept, sorted. */
export function goldenNames(): string[] {
  return readdirSync(FOLDER)
    .map((name) => name.replace(/\.txt$/, ''))
    .sort()
}

/** Compares with test/tui/golden/NAME.txt. `UPDATE_GOLDEN=1` writes the file instead: look at what it says. */
export function expectGolden(name: string, text: string): void {
  const file = join(FOLDER, `${name}.txt`)
  const content = `${text}\n`
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return
  }
  expect(content, `${name}: run with UPDATE_GOLDEN=1 and look at the file when this change is meant`).toBe(
    readFileSync(file, 'utf8'),
  )
}
