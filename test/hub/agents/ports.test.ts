import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PortBlocks } from '../../../hub/agents/port-blocks.ts'
import { slugOf } from '../../../hub/agents/slug.ts'
import { makeWorld, until, type World } from '../lua/world.ts'
import { temporaryDirectory } from '../support/directory.ts'

interface Agent {
  readonly id: string
  readonly key: string
  readonly slug: string
  readonly port_base: number
  readonly sessions: { readonly name: string; readonly port?: number }[]
}

describe('A block of ports', () => {
  test('Is nobody else’s, over all hubs of a user, until it is released', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'ports.db')
    using first = new PortBlocks({ path, hubId: 'a' })
    using second = new PortBlocks({ path, hubId: 'a2' })
    const mine = await first.claim('one')
    expect(await first.claim('one')).toBe(mine)
    expect(second.has(mine + 9)).toBe(true)
    first.release('one')
    expect(second.has(mine + 9)).toBe(false)
    first.reconcile(new Map([['kept', mine]]))
    expect(second.has(mine)).toBe(true)
  })

  test('Is passed over while somebody listens on one of its ports', async () => {
    await using directory = await temporaryDirectory()
    using blocks = new PortBlocks({ path: join(directory.path, 'ports.db'), hubId: 'a' })
    for (let number = 0; ; number++) {
      const wanted = await blocks.claim(`agent ${number}`)
      const server = await listening(wanted + 3)
      if (server === undefined) continue // a program of this machine was faster: the next block
      blocks.release(`agent ${number}`)
      const other = await blocks.claim('two')
      await new Promise((resolve) => server.close(resolve))
      expect(other).not.toBe(wanted)
      return
    }
  })
})

/** Undefined when the port is taken. */
function listening(port: number): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

test.each([
  ['shop-Fix/Login', '3f9a1c07be42', 'shop_fix_login_3f9a'],
  ['42-tasks', 'abcd00000000', 'tasks_abcd'],
  ['über', 'abcd00000000', 'u_ber_abcd'],
  ['日本', 'abcd00000000', 'agent_abcd'],
  [`${'x'.repeat(80)}`, 'abcd00000000', `${'x'.repeat(35)}_abcd`],
])('The slug of %s is fit for databases and compose projects', (key, id, slug) => {
  expect(slugOf(key, id)).toBe(slug)
})

describe('An agent', () => {
  let world: World
  beforeEach(async () => {
    world = await makeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  test('Has ten ports and a slug in its environment, keeps them over a restart, and gives them back', async () => {
    const command = 'echo "ports $PORT $PORT_1 $PORT_9 slug $BOTSTER_SLUG in $BOTSTER_SESSION"; sleep 100'
    const made = await world.command<Agent>('create_agent', { branch: 'one', command, cols: 200 })
    const first = made.port_base
    expect(first).toBeGreaterThanOrEqual(8080)
    const shown = `ports ${first} ${first + 1} ${first + 9} slug ${made.slug} in agent`
    await until(async () => {
      const { text } = await world.command<{ text: string }>('screen', { agent: made.key })
      return text.includes(shown)
    }, shown)
    const other = await world.command<Agent>('create_agent', { branch: 'two', command: 'sleep 100' })
    expect(Math.abs(other.port_base - first)).toBeGreaterThanOrEqual(10)
    await world.restart()
    const { agents } = await world.command<{ agents: Agent[] }>('list_agents')
    expect(agents.map(({ slug, port_base }) => [slug, port_base])).toEqual([
      [made.slug, first],
      [other.slug, other.port_base],
    ])
    await world.command('delete_agent', { agent: made.key })
    expect(world.hub.portBlocks.has(first)).toBe(false)
    expect(world.hub.portBlocks.has(other.port_base)).toBe(true)
  })

  test('records.claim_ports: gives an agent one block, whoever asks how often', async () => {
    const made = await world.command<Agent>('create_agent', { worktree: false, name: 'x', command: 'sleep 100' })
    expect(await world.eval(`return records.claim_ports('${made.id}')`)).toBe(made.port_base)
    expect(await world.eval(`return records.claim_ports('nobody')`)).toBeUndefined()
  })
})
