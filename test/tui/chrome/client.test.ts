import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Chrome, type ChromeError } from '../../../tui/chrome/client.ts'
import type { Node } from '../../../tui/chrome/node.ts'
import type { FrameMessage } from '../../../tui/chrome/protocol.ts'
import { agentScreen, draw, gridOf, nodeOf } from './support/draw.ts'
import { bundleWorker } from './support/worker.ts'

let worker: Awaited<ReturnType<typeof bundleWorker>>
const open: Disposable[] = []

beforeAll(async () => {
  worker = await bundleWorker('tui/chrome/worker.tsx')
})
afterAll(() => worker[Symbol.dispose]())
afterEach(() => {
  for (const resource of open.splice(0)) resource[Symbol.dispose]()
})

function start(workerPath = worker.path) {
  const frames: FrameMessage[] = []
  const errors: ChromeError[] = []
  const chrome = new Chrome({
    workerPath,
    onFrame: (frame) => frames.push(frame),
    onError: (error) => errors.push(error),
  })
  open.push(chrome)
  return { chrome, frames, errors }
}

function paragraph(text: string): Node {
  return nodeOf({ type: 'paragraph', lines: [text] })
}

const SIZE = { cols: 20, rows: 2 }
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 30_000, interval: 5 })

test('a frame comes back from the worker as the same cells that drawing here gives', async () => {
  const { chrome, frames, errors } = start()
  const tree = agentScreen(['one 漢', '👩‍💻'], 'title', 1)
  chrome.render(nodeOf(tree), undefined, { cols: 80, rows: 24 })
  await until(() => frames.length > 0)
  expect(errors).toEqual([])
  const here = draw(tree)
  expect(gridOf(frames[0]!).lines).toEqual(here.lines)
  expect(new Uint32Array(frames[0]!.cells)).toEqual(new Uint32Array(here.cells))
  expect(frames[0]!.panels).toEqual(here.panels)
})

test('of many requests made at once the newest is drawn last, and those between are skipped', async () => {
  const { chrome, frames } = start()
  for (let number = 1; number <= 100; number++) chrome.render(paragraph(`frame ${number}`), undefined, SIZE)
  await until(() => frames.at(-1)?.seq === 100)
  expect(gridOf(frames.at(-1)!).lines[0]).toBe('frame 100')
  expect(frames.length).toBeLessThanOrEqual(2)
})

test('asking for a frame holds the main thread for less than two milliseconds, also with twenty agents on a large screen', async () => {
  const { chrome, frames } = start()
  const agents = Array.from({ length: 20 }, (_, index) => ({
    text: [{ text: '● ', style: { fg: 'yellow' } }, `agent ${index}`],
    secondary: `claude · branch-${index}`,
    action: { type: 'select', index },
  }))
  const times: number[] = []
  for (let number = 1; number <= 60; number++) {
    const started = performance.now()
    chrome.render(nodeOf(agentScreen(agents, 'title', number % 20)), undefined, { cols: 200, rows: 50 })
    times.push(performance.now() - started)
    await until(() => frames.at(-1)?.seq === number)
  }
  // The median, since the machine that runs the tests may take the processor away at any time.
  expect(times.sort((a, b) => a - b)[30]).toBeLessThan(2)
})

test('actions that cannot be sent to another thread stay here without harm', async () => {
  const { chrome, frames } = start()
  chrome.render(nodeOf({ type: 'list', items: [{ text: 'x', action: { fn: () => {} } }] }), undefined, SIZE)
  await until(() => frames.length === 1)
  expect(gridOf(frames[0]!).lines[0]).toBe('x')
})

test('a tree that cannot be drawn is reported, and the next one is drawn', async () => {
  const { chrome, frames, errors } = start()
  const defective = { ...paragraph('x'), lines: undefined } as unknown as Node
  chrome.render(defective, undefined, SIZE)
  await until(() => errors.length === 1)
  expect(errors[0]).toMatchObject({ kind: 'draw' })
  chrome.render(paragraph('fine'), undefined, SIZE)
  await until(() => frames.length === 1)
  expect(gridOf(frames[0]!).lines[0]).toBe('fine')
})

/** A worker that dies when asked to draw, the first `deaths` times of its life and that of its successors. */
function dyingWorker(deaths: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'botster-chrome-dying-'))
  open.push({ [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) })
  const path = join(directory, 'worker.mjs')
  writeFileSync(
    path,
    `import { appendFileSync, readFileSync } from 'node:fs'
     import { parentPort } from 'node:worker_threads'
     const log = ${JSON.stringify(join(directory, 'log'))}
     appendFileSync(log, '')
     parentPort.on('message', ({ seq, cols, rows }) => {
       if (readFileSync(log).length < ${deaths}) {
         appendFileSync(log, '.')
         throw new Error('out of luck')
       }
       parentPort.postMessage({ type: 'frame', seq, cols, rows, cells: new ArrayBuffer(0), clusters: [], panels: [], overlays: [], widgets: [] })
     })`,
  )
  return path
}

test('a worker that dies is reported, started again, and draws what was asked for last', async () => {
  const { chrome, frames, errors } = start(dyingWorker(1))
  chrome.render(paragraph('a'), undefined, SIZE)
  chrome.render(paragraph('b'), undefined, SIZE)
  await until(() => frames.length === 1)
  expect(frames[0]!.seq).toBe(2)
  expect(errors).toEqual([{ kind: 'crash', message: 'the chrome worker died (out of luck) and starts again' }])
})

test('a tree that kills the worker twice is not drawn a third time, while others are', async () => {
  const { chrome, frames, errors } = start(dyingWorker(2))
  chrome.render(paragraph('poison'), undefined, SIZE)
  await until(() => errors.length === 2)
  chrome.render(paragraph('good'), undefined, SIZE)
  await until(() => frames.length === 1)
  expect(frames[0]!.seq).toBe(2)
  expect(errors).toHaveLength(2)
})

test('a worker that always dies is given up with a message instead of being started for ever', async () => {
  const { chrome, errors } = start(dyingWorker(1000))
  for (let number = 1; errors.at(-1)?.kind !== 'dead'; number++) {
    chrome.render(paragraph(`${number}`), undefined, SIZE)
    const seen = errors.length
    await until(() => errors.length > seen)
  }
  expect(errors).toHaveLength(6)
  expect(errors.at(-1)!.message).toBe('the chrome worker died 6 times within a minute, last of: out of luck')
})

test('nothing the worker prints reaches the terminal', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'botster-chrome-loud-'))
  open.push({ [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) })
  const path = join(directory, 'worker.mjs')
  writeFileSync(path, "console.log('loud'); console.error('louder'); process.exit(3)")
  const stdout = vi.spyOn(process.stdout, 'write')
  const stderr = vi.spyOn(process.stderr, 'write')
  const { errors } = start(path)
  await until(() => errors.length > 0)
  const printed = [...stdout.mock.calls, ...stderr.mock.calls].map(([chunk]) => String(chunk)).join('')
  stdout.mockRestore()
  stderr.mockRestore()
  expect(errors[0]!.message).toContain('exit code 3')
  expect(printed).not.toContain('loud')
})

test('nothing is reported after disposal', async () => {
  const { chrome, frames, errors } = start()
  chrome.render(paragraph('a'), undefined, SIZE)
  chrome.dispose()
  chrome.render(paragraph('b'), undefined, SIZE)
  const other = start()
  other.chrome.render(paragraph('c'), undefined, SIZE)
  await until(() => other.frames.length === 1)
  expect([frames, errors]).toEqual([[], []])
})
