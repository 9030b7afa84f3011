import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { PainterOptions } from '../../../screen/painter.ts'
import { ChromeRenderer } from '../../../tui/chrome/renderer.ts'
import { Display } from '../../../tui/display.ts'
import { openTerminal } from '../../screen/xterm.ts'
import type { KeysUnderTest } from './keys-harness.ts'

const FOLDER = join(import.meta.dirname, '../golden')

/** The sizes every screen is looked at in. */
export const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const

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
  display.showChrome(renderer.draw({ type: 'render', seq: 1, cols, rows, tree, overlay }))
  display.paint(undefined)
  await new Promise<void>((done) => terminal.write(written, done))
  return written
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
