import { afterAll, beforeAll, expect, test } from 'vitest'
import { PtyhostProcess, type TestClient, until } from './harness.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess()
  manager = await host.manager()
})
afterAll(() => host[Symbol.asyncDispose]())

test('a program is seen and answers what is typed', async () => {
  await manager.spawn('echo', ['cat'])
  const screen = await manager.view('echo')
  manager.type('echo', 'hello\r')
  await screen.shows('hello\nhello')
  await until('the line feed', () => screen.cursor.y === 2)
  expect(screen.cursor).toMatchObject({ x: 0, y: 2, visible: true })
})

test('whoever comes back finds the same screen, cursor, modes and title', async () => {
  const draw = String.raw`printf '\033[?1049h\033[?2004h\033[?1002h\033[?1006h\033[?1h\033[>1u\033[4 q\033]2;the title\007'
    printf '\033[2;3H\033[1;38;2;1;2;3;48;5;200mbold\033[0m 日本 👨‍👩‍👧 \033[4:3;58:5:9mcurly\033[m'
    printf '\033]8;;https://example.org\033\\link\033]8;;\033\\\033[5;7H'; sleep 1000`
  await manager.spawn('modes', ['bash', '-c', draw])
  const before = await manager.view('modes', 7)
  await before.shows('link')
  await until('the cursor to be placed', () => before.cursor.y === 4)
  await manager.connection.request('unview', { view: 7 })

  using other = await host.manager()
  const after = await other.view('modes')
  await after.shows('link')
  expect(after.lines).toEqual(before.lines)
  expect(after.grid.rowsEqual(1, before.grid, 1)).toBe(true)
  expect(after.cursor).toEqual({ x: 6, y: 4, visible: true, shape: 4 })
  expect(after.title).toBe('the title')
  expect(after.modes).toEqual({
    alternateScreen: true,
    applicationCursor: true,
    applicationKeypad: false,
    bracketedPaste: true,
    focusReports: false,
    mouseTracking: 1002,
    mouseEncoding: 1006,
    kittyFlags: 1,
    modifyOtherKeys: 0,
  })
  expect([...after.grid.links.values()]).toEqual(['https://example.org'])
})

test('links of lines above the screen can be followed too', async () => {
  const script = String.raw`for i in 1 2 3; do printf "\033[1;4m\033]8;;http://x/$i\033\\日本 é$i\033]8;;\033\\\033[m\n"; done; seq 1 30; cat`
  await manager.spawn('links', ['bash', '-c', script], { rows: 10 })
  await until('the end', async () => /^30$/m.test(await manager.text('links')))
  const { history } = await manager.info('links')
  const ask = { session: 'links', epoch: history.epoch, from: 0, count: 2 }
  const { rows, links } = await manager.connection.request('history', ask)
  expect(rows.length).toBe(2)
  expect(links.map(([, address]) => address)).toEqual(['http://x/1', 'http://x/2'])
  expect(await manager.connection.request('history', { ...ask, epoch: 77 })).toMatchObject({
    epoch: history.epoch,
    rows: [],
  })
})
