import { afterAll, beforeAll, test } from 'vitest'
import { PtyhostProcess, type TestClient, until } from './harness.ts'

let host: PtyhostProcess
let manager: TestClient

beforeAll(async () => {
  host = new PtyhostProcess()
  manager = await host.manager()
})
afterAll(() => host[Symbol.asyncDispose]())

/** Reads raw until it has `bytes`, then prints their sum of characters. */
function rawReader(bytes: number, delay = 0): string[] {
  return ['bash', '-c', `stty raw -echo; echo ready; sleep ${delay}; head -c ${bytes} | md5sum; sleep 1000`]
}

test('100 KB pasted into a program that reads raw arrive whole, also when it takes its time', async () => {
  const { createHash } = await import('node:crypto')
  const paste = Buffer.from(Array.from({ length: 100_000 }, (_, index) => 32 + (index % 90)))
  const sum = createHash('md5').update(paste).digest('hex')
  for (const delay of [0, 1]) {
    const session = `raw${delay}`
    await manager.spawn(session, rawReader(paste.length, delay))
    const screen = await manager.view(session)
    await screen.shows('ready')
    manager.connection.send({ type: 'input', session, data: paste })
    await screen.shows(sum)
  }
})

test('a program that does not read its input holds up nobody else', async () => {
  await manager.spawn('deaf', ['bash', '-c', 'stty raw -echo; echo ready; sleep 1000'])
  await (await manager.view('deaf', 1)).shows('ready')
  manager.connection.send({ type: 'input', session: 'deaf', data: new Uint8Array(1 << 20).fill(65) })
  await manager.spawn('listening', ['cat'])
  const screen = await manager.view('listening', 2)
  manager.type('listening', 'hello\r')
  await screen.shows('hello\nhello')
})

test('the size is that of the client that was active last', async () => {
  const program = `const tell = () => console.log(process.stdout.rows + ' ' + process.stdout.columns)
    tell(); process.stdout.on('resize', tell); setInterval(() => {}, 1e6)`
  await manager.spawn('sized', [process.execPath, '-e', program])
  using large = await host.manager()
  using small = await host.manager()
  const seen = await manager.view('sized', 3)
  await seen.shows('24 80')
  await large.view('sized', 1, { size: { cols: 120, rows: 40 } })
  await seen.shows('40 120')
  const narrow = await small.view('sized', 1, { size: { cols: 60, rows: 20 } })
  await seen.shows('20 60')
  await until('its own size', () => narrow.grid.cols === 60 && narrow.grid.rows === 20)
  large.type('sized', ' ')
  await until('the size of who typed', () => narrow.grid.cols === 120)
  await seen.shows(/40 120[\s\S]*20 60[\s\S]*40 120/)
  large[Symbol.dispose]()
  await until('the size of who is left', () => narrow.grid.cols === 60 && narrow.grid.rows === 20)
})

test('resizing never shows a row that is cut or left over', async () => {
  await manager.spawn('wide', ['bash', '-c', 'for i in $(seq 1 60); do printf "%03d %0150d\\n" $i $i; done; cat'])
  const screen = await manager.view('wide', 4, { size: { cols: 200, rows: 30 } })
  await screen.shows('060')
  for (const [cols, rows] of [
    [100, 20],
    [40, 50],
    [2, 1],
    [300, 60],
    [80, 24],
  ] as const) {
    await manager.connection.request('resize', { session: 'wide', cols, rows })
    await until('a frame of that size', () => screen.grid.cols === cols && screen.grid.rows === rows)
    await until('the same as the ptyhost says', async () => screen.lines.join('\n') === (await manager.text('wide')))
  }
})
