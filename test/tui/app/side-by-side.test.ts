import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../hub/support/eventually.ts'
import { bundleWorker } from '../chrome/support/worker.ts'
import { World } from './world.ts'

let worker: Awaited<ReturnType<typeof bundleWorker>>
let world: World
beforeAll(async () => {
  worker = await bundleWorker('tui/chrome/worker.tsx')
})
afterAll(() => worker[Symbol.dispose]())
afterEach(() => world[Symbol.asyncDispose]())

const start = async () => {
  world = await World.start({ chromeWorker: worker.path, cols: 140 })
  for (const id of ['one', 'two']) {
    await world.addAgent(id, `stty -echo; echo "${id} is here"; while read line; do echo "${id} got $line"; done`)
  }
  await world.see('one is here')
}

const SPLIT = '\x1b\\'
const NEXT = '\x1bo'
const ZOOM = '\x1bz'

const find = (text: string) => {
  const rows = world.screen.split('\n')
  const y = rows.findIndex((row) => row.includes(text))
  return { x: rows[y]!.indexOf(text), y }
}

describe('two terminals side by side', () => {
  it('show both, and keys go to the focused one, which keys and clicks choose', async () => {
    await start()
    world.type(SPLIT)
    await world.see(/one is here.*two is here/)
    world.type('first\r')
    await world.see('two got first')
    world.type(NEXT)
    world.type('second\r')
    await world.see('one got second')
    const { x, y } = find('two is here')
    world.type(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`)
    world.type('third\r')
    await world.see('two got third')
    expect(world.screen).not.toContain('one got third')
  })

  it('have the size of their halves, and that of the screen when zoomed', async () => {
    await start()
    const cols = async (session: string) => (await world.manager.info(`${session}/agent`)).cols
    const whole = await cols('one')
    world.type(SPLIT)
    await world.see(/one is here.*two is here/)
    await world.see(() => world.screen.includes('two is here'))
    for (const half of ['one', 'two']) await eventually(async () => expect(await cols(half)).toBeLessThan(whole / 2))
    world.type(ZOOM)
    await world.see('[ZOOM]')
    await world.see(() => !world.screen.includes('Agents'))
    await eventually(async () => expect(await cols('two')).toBe(138))
    world.type(ZOOM)
    await world.see(/one is here.*two is here/)
  })

  it('keep what is searched in one of them while the layout changes around it', async () => {
    await start()
    world.type('\x1b/is h')
    await world.see('1 of 1')
    world.type('\r')
    await world.see('[COPY · is h: 1 of 1]')
    world.type(ZOOM)
    await world.see('[ZOOM]')
    expect(world.screen).toContain('is h: 1 of 1')
  })
})
