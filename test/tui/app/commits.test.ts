import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChromeReply } from '../../../tui/chrome/protocol.ts'
import { startChromeWorker } from '../../../tui/chrome/start-worker.ts'
import { bundleWorker } from '../chrome/support/worker.ts'
import { agent } from './keys-harness.ts'
import { World } from './world.ts'

/** Lines that the program prints: hundreds of frames. */
const LINES = 100_000

let bundle: Awaited<ReturnType<typeof bundleWorker>>
beforeAll(async () => {
  bundle = await bundleWorker('tui/chrome/worker.tsx')
})
afterAll(() => bundle[Symbol.dispose]())

it('what a panel prints causes no React commit, and not even a request for a frame of the chrome', async () => {
  const startedWorker = startChromeWorker(bundle.path)
  const commits: number[] = []
  startedWorker.on('message', (reply: ChromeReply) => {
    if (reply.type === 'frame') commits.push(reply.commits)
  })
  await using world = await World.start({ chromeWorker: bundle.path, startedWorker })
  const printsUpTo = (line: number) => `read go; while [ $i -lt ${line} ]; do i=$((i+1)); echo "line $i"; done`
  await world.addAgent('one', `i=0; ${printsUpTo(LINES / 2)}; ${printsUpTo(LINES)}; cat`)
  /** A change of the chrome. @returns how many commits the chrome's next frame tells of */
  const rename = async (name: string) => {
    const before = commits.length
    world.setAgents([agent('one', { display_name: name })])
    await world.see(`> ${name}`)
    return commits.at(-1)! - commits[before - 1]!
  }
  await world.see(/one \[AGENT\][\s\S]*> one/)
  await rename('first') // whatever the start has begun is drawn by then
  const caused = await rename('second')
  expect(caused).toBeGreaterThan(0)

  const frames = commits.length
  for (const line of [LINES / 2, LINES]) {
    world.type('\r')
    await world.see(`line ${line}`) // drawn more than once, also on a busy machine
  }
  expect(commits.length).toBe(frames)
  expect(await rename('third')).toBe(caused) // and none that no frame told of
})

it('a key that selects another agent draws the chrome once', async () => {
  const startedWorker = startChromeWorker(bundle.path)
  let frames = 0
  startedWorker.on('message', (reply: ChromeReply) => {
    if (reply.type === 'frame') frames++
  })
  await using world = await World.start({ chromeWorker: bundle.path, startedWorker })
  await world.addAgent('one', 'cat')
  await world.addAgent('two', 'cat')
  const names = ['first', 'second']
  const rename = async (name: string, sign: string) => {
    names[1] = name
    world.setAgents(names.map((display_name, index) => agent(['one', 'two'][index]!, { display_name })))
    await world.see(`${sign} ${name}`)
  }
  await world.see(/> one/)
  await rename('second', ' ') // whatever the start has begun is drawn by then
  const before = frames
  world.type('\x0a') // ctrl+j
  await world.see('> second')
  await rename('third', '>')
  expect(frames - before).toBe(2) // for the key, and for the new name
})
