import { afterAll, beforeAll, expect, test } from 'vitest'
import { PtyhostProcess, type TestClient, until } from './harness.ts'
import { TestTerminal } from './terminal.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess()
  manager = await host.manager()
})
afterAll(() => host[Symbol.asyncDispose]())

test('a forwarded session draws on any terminal what it shows, with its modes', async () => {
  const script = String.raw`printf 'before\r\n\033[1;31mred\033[m 日本 \033]8;;http://x/\033\\link\033]8;;\033\\\033[?2004h\033[?1002h\033[?1006h\033]2;name\a'; cat`
  await manager.spawn('program', ['bash', '-c', script], { cols: 60, rows: 10 })
  const screen = await manager.view('program', 1)
  await screen.shows('link')
  await manager.connection.request('forward', { view: 2, session: 'program' })
  await until('the repaint', () => manager.forwarded.length > 0)
  manager.type('program', 'typed\r')
  await screen.shows('typed\ntyped')
  const terminal = new TestTerminal({ cols: 60, rows: 10 })
  let taken = 0
  await until('the same on the other terminal', () => {
    while (taken < manager.forwarded.length) terminal.write(manager.forwarded[taken++]!)
    const { x, y } = terminal.emulator.cursor()
    return terminal.screen.join('\n') === screen.lines.join('\n') && x === screen.cursor.x && y === screen.cursor.y
  })
  expect(terminal.emulator.title).toBe('name')
  expect(terminal.emulator.modes()).toMatchObject({ bracketedPaste: true, mouseTracking: 1002, mouseEncoding: 1006 })
  expect(terminal.emulator.cursor().visible).toBe(true)
  expect(terminal.rows.rows[1]!.links.length).toBe(1)
})
