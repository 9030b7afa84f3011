import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, until, type World } from '../lua/world.ts'
import { type Agent, reaches, startFakeAgent, type } from './agent.ts'

interface Message {
  readonly id: string
  readonly sender: string
  readonly text: string
  readonly state: string
}

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const logOf = (name: string) => join(world.repository.directory, `${name}.jsonl`)
const taken = (name: string) => (existsSync(logOf(name)) ? readFileSync(logOf(name), 'utf8') : '')
const start = (name: string, ...args: string[]) => startFakeAgent(world, name, '--log', logOf(name), ...args)
const put = (agent: Agent, text: string, more = {}) =>
  world.command<Message>('inbox_send', { agent: agent.key, text, sender: 'shop-other', ...more })
const receipt = (id: string) => world.command<Message>('inbox_receipt', { id })
const listed = async (agent: Agent) =>
  (await world.command<{ messages: Message[] }>('inbox_list', { agent: agent.key })).messages

test('A message rings at an agent that takes input, is read once, and its sender can see that', async () => {
  const agent = await start('ring')
  await reaches(world, agent.id, 'idle')
  const first = await put(agent, 'The API changed.\nSee docs/api.md.')
  expect(first).toMatchObject({ sender: 'shop-other', state: 'waiting' })
  await until(() => taken('ring').includes('botster inbox'), 'the doorbell')
  await until(async () => (await receipt(first.id)).state === 'rung', 'the receipt')
  expect(taken('ring')).toContain('a message from shop-other')
  expect(taken('ring')).not.toContain('docs/api.md')
  const { messages } = await world.command<{ messages: Message[] }>('inbox_read', { agent: agent.key })
  expect(messages).toMatchObject([{ id: first.id, text: 'The API changed.\nSee docs/api.md.', state: 'read' }])
  expect(await receipt(first.id)).toMatchObject({ state: 'read' })
  expect(await listed(agent)).toEqual([])
})

test('A message does not vanish under a dialog: the doorbell waits until it was answered', async () => {
  const agent = await start('dialog', '--work', '600')
  await world.command('send_prompt', { agent: agent.key, text: 'ask me' })
  await reaches(world, agent.id, 'waiting')
  const one = await put(agent, 'one')
  const two = await put(agent, 'two')
  expect(await listed(agent)).toHaveLength(2)
  expect(taken('dialog')).not.toContain('inbox')
  type(world, agent, '1')
  await until(async () => (await receipt(two.id)).state === 'rung', 'the doorbell')
  expect(await receipt(one.id)).toMatchObject({ state: 'rung' })
  await until(() => taken('dialog').includes('2 messages from shop-other'), 'the doorbell to be read')
})

test('Behind a person’s draft the doorbell waits as one, and rings once for all that came meanwhile', async () => {
  const agent = await start('draft')
  await reaches(world, agent.id, 'idle')
  await world.eval(`
    local prompt, kept = require("lib.prompt"), require("hub.state").get("test.rings")
    kept.send, kept.count = prompt.send, 0
    prompt.send = function(record, text, options)
      options.timeout = 0.5 -- instead of the half minute that it tries at once
      local receipt = kept.send(record, text, options)
      kept.count = kept.count + 1
      return receipt
    end`)
  const tried = (times: number) =>
    until(async () => (await world.eval<number>('return require("hub.state").get("test.rings").count')) >= times)
  type(world, agent, 'half a th')
  await put(agent, 'one')
  await tried(1)
  const two = await put(agent, 'two')
  await tried(3)
  expect(taken('draft')).toBe('')
  await world.eval('require("lib.prompt").send = require("hub.state").get("test.rings").send')
  type(world, agent, 'ought\r')
  await until(async () => (await receipt(two.id)).state === 'rung', 'the doorbell')
  await world.command('send_prompt', { agent: agent.key, text: 'next' })
  const lines = taken('draft').trim().split('\n')
  expect(lines).toEqual(['"half a thought"', expect.stringContaining('2 messages from shop-other'), '"next"'])
})

test('Messages survive a restart of the hub, and are over when their time is', async () => {
  const agent = await start('restart', '--work', '60000')
  await world.command('send_prompt', { agent: agent.key, text: 'go on' })
  await reaches(world, agent.id, 'working')
  await put(agent, 'kept')
  const brief = await put(agent, 'brief', { ttl: 1 })
  await world.restart()
  expect((await listed(agent)).map(({ text }) => text)).toContain('kept')
  await until(async () => (await receipt(brief.id)).state === 'expired', 'its time')
  expect((await listed(agent)).map(({ text }) => text)).toEqual(['kept'])
})

test('Who waits until a message is read hears it when its agent is deleted', async () => {
  const agent = await start('leaving', '--work', '60000')
  await world.command('send_prompt', { agent: agent.key, text: 'go on' })
  const refused = expect(put(agent, 'read me', { wait: 3600 })).rejects.toThrow('no message')
  await until(async () => (await listed(agent)).length === 1, 'the message')
  await world.command('delete_agent', { agent: agent.key })
  await refused
})

test('That the time of a message is over is told also when the module that sent it was loaded anew', async () => {
  const agent = await start('reloaded', '--work', '60000')
  await world.command('send_prompt', { agent: agent.key, text: 'go on' })
  await reaches(world, agent.id, 'working')
  const id = await world.eval<string>(`
    return require("lib.inbox").send(records.agent("${agent.id}"), "brief", { ttl = 3 }).id`)
  await world.eval('return require("hub.loader").reload("user.init")')
  await world.eval(`
    told = {}
    hooks.on("inbox_message", "test", function(message) told[message.id] = message.state end)`)
  await until(async () => (await world.eval(`return told["${id}"]`)) === 'expired', 'the end of its time', 15_000)
})

test('What is no message is refused with what is expected', async () => {
  const agent = await start('refusing')
  await expect(put(agent, ' ')).rejects.toThrow('empty')
  await expect(put(agent, 'x', { ttl: 0 })).rejects.toThrow('ttl: expected seconds')
  await expect(put(agent, 'x'.repeat(70_000))).rejects.toThrow('longer than')
  await expect(receipt('nothing')).rejects.toThrow("no message 'nothing'")
})
