import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, until, type World } from '../lua/world.ts'
import { type Agent, FAKE_AGENT, reaches, startFakeAgent, type } from './agent.ts'

interface Receipt {
  readonly outcome: string
  readonly reason?: string
  readonly question?: string
  readonly evidence?: string
  readonly typed?: boolean
  readonly in_input_line?: boolean
  readonly waited_for?: string
}

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const logOf = (name: string) => join(world.repository.directory, `${name}.jsonl`)
const taken = (name: string) =>
  existsSync(logOf(name))
    ? readFileSync(logOf(name), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : []
const start = (name: string, ...args: string[]) => startFakeAgent(world, name, '--log', logOf(name), ...args)
const send = (agent: Agent, text: string, options = {}) =>
  world.command<Receipt>('send_prompt', { agent: agent.key, text, ...options })

test('A prompt waits until an agent that starts slowly takes input', async () => {
  const agent = await start('slow', '--slow', '1500')
  expect(await send(agent, 'hello\nworld', { from: { kind: 'agent', name: 'other' } })).toMatchObject({
    outcome: 'submitted',
  })
  expect(taken('slow')).toEqual(['hello\nworld'])
  const line = world.log.find(({ msg }) => /^prompt p\d+ from agent other to /.test(msg))
  expect(line?.msg).toContain('submitted')
  expect(line?.msg).not.toContain('hello')
})

test('The prompt that an agent was created with is typed by the next hub, once, when this one ends before', async () => {
  const agent = await world.command<Agent & { metadata: object }>('create_agent', {
    worktree: false,
    name: 'first',
    command: [process.execPath, FAKE_AGENT, '--log', logOf('first'), '--slow', '5000'],
    metadata: { detector: 'claude' },
    prompt: 'from the beginning',
  })
  expect(agent.metadata).toEqual({ detector: 'claude' })
  expect(taken('first')).toEqual([])
  await world.restart()
  expect(taken('first')).toEqual([])
  await until(() => taken('first').length > 0, 'the prompt')
  await until(
    () => world.log.some(({ msg }) => /^prompt .* submitted/.test(msg) && msg.includes(agent.id)),
    'its receipt',
  )
  await world.restart()
  await reaches(world, agent.id, 'idle', 'done')
  expect(await send(agent, 'next')).toMatchObject({ outcome: 'submitted' })
  expect(taken('first')).toEqual(['from the beginning', 'next'])
})

test('A prompt for an agent that works waits until it has finished', async () => {
  const agent = await start('busy')
  expect(await send(agent, 'work 8000')).toMatchObject({ outcome: 'submitted' })
  expect(await send(agent, 'too early', { timeout: 3 })).toMatchObject({
    outcome: 'timed_out',
    reason: expect.stringMatching(/working|no input line/), // as a look between two writes finds
  })
  expect(await send(agent, 'in time')).toMatchObject({ outcome: 'submitted' })
  expect(taken('busy')).toEqual(['work 8000', 'in time'])
})

test('A screen that is half drawn is no evidence: a prompt in the input line of a program that flickers is not taken', async () => {
  const agent = await start('flickering', '--flicker', '120', '--deaf', '9')
  expect(await send(agent, 'never', { timeout: 20 })).toMatchObject({ outcome: 'timed_out', typed: true })
  expect(taken('flickering')).toEqual([])
  const hears = await start('hearing', '--flicker', '120')
  expect(await send(hears, 'at once')).toMatchObject({ outcome: 'submitted' })
  expect(taken('hearing')).toEqual(['at once'])
})

test('pty:send_message: says when an agent did not come to take the prompt in time', async () => {
  const agent = await start('slower', '--slow', '60000')
  const refusal = await world.eval(`
    local handle = pty.get("${agent.id}/agent")
    local how, message, err = handle:send_message("too early", { timeout = 0.2 })
    return { how == nil, message, err.kind }`)
  expect(refusal).toEqual([true, expect.any(String), 'timed_out'])
  expect(taken('slower')).toEqual([])
})

test('A prompt is refused while a dialog is open, with what it asks', async () => {
  const agent = await start('dialog')
  await send(agent, 'ask me')
  await reaches(world, agent.id, 'waiting')
  expect(await send(agent, 'answer')).toMatchObject({ outcome: 'refused', question: 'Do you want to proceed?' })
  expect(taken('dialog')).toEqual(['ask me'])
})

test('Enter is pressed once more when an agent did not hear it', async () => {
  const agent = await start('deaf', '--deaf', '1')
  expect(await send(agent, 'once')).toMatchObject({ outcome: 'submitted' })
  expect(taken('deaf')).toEqual(['once'])
})

test('Enter is not pressed once more while a program stands still: it would answer what the first one opens', async () => {
  const agent = await start('frozen', '--freeze')
  await reaches(world, agent.id, 'idle')
  const sent = await send(agent, 'ask me', { timeout: 6 })
  expect(sent).toMatchObject({ outcome: 'timed_out', typed: true, in_input_line: true })
  const handle = `pty.get("${agent.id}/agent")`
  expect(await world.eval(`return ${handle}:foreground().is_waiting`)).toBe(false)
  process.kill(await world.eval<number>(`return ${handle}:foreground().pid`), 'SIGCONT')
  await reaches(world, agent.id, 'waiting')
  expect(taken('frozen')).toEqual(['ask me'])
})

test('A prompt that an agent does not take lies in its input line: sent again it is submitted once, and no other is typed behind it', async () => {
  const agent = await start('deafer', '--deaf', '2')
  await reaches(world, agent.id, 'idle')
  const first = await send(agent, 'first', { timeout: 5 })
  expect(first).toMatchObject({ outcome: 'timed_out', typed: true, in_input_line: true })
  const other = await send(agent, 'other', { timeout: 3 })
  expect(other).toMatchObject({
    outcome: 'timed_out',
    reason: expect.stringMatching(/^prompt p\d+ .* lies in the input line/),
  })
  expect(other.typed).toBeUndefined()
  expect(taken('deafer')).toEqual([])
  expect(await send(agent, 'first')).toMatchObject({ outcome: 'submitted' })
  expect(await send(agent, 'other')).toMatchObject({ outcome: 'submitted' })
  expect(taken('deafer')).toEqual(['first', 'other'])
})

test('A prompt whose sender was told that nothing was typed is not typed, however long a look at the screen took', async () => {
  const agent = await start('unlucky')
  await reaches(world, agent.id, 'idle')
  const slowly = (body: string) =>
    world.eval(`
      local input_line, kept = require("lib.input_line"), require("hub.state").get("test.look")
      ${body}`)
  await slowly(`
    kept.look = kept.look or input_line.look
    input_line.look = function(...)
      local look = kept.look(...)
      events.wait("test_never", 1)
      return look
    end`)
  expect(await send(agent, 'too late', { timeout: 0.3 })).toMatchObject({ outcome: 'timed_out' })
  await slowly('input_line.look = kept.look')
  expect(await send(agent, 'in time')).toMatchObject({ outcome: 'submitted' })
  expect(taken('unlucky')).toEqual(['in time'])
})

test('A prompt that counts only in time is not typed once a person has submitted the draft it met', async () => {
  const agent = await start('only-in-time')
  await reaches(world, agent.id, 'idle')
  type(world, agent, 'half a th')
  const receipt = await world.eval<Receipt>(`
    local record = records.agent("${agent.id}")
    return require("lib.prompt").send(record, "late", { timeout = 1, only_in_time = true })`)
  expect(receipt).toMatchObject({ outcome: 'timed_out', waited_for: 'person' })
  expect(receipt.typed).toBeUndefined()
  type(world, agent, 'ought\r')
  expect(await send(agent, 'next')).toMatchObject({ outcome: 'submitted' })
  expect(taken('only-in-time')).toEqual(['half a thought', 'next'])
})

test('A prompt that lay in the input line is a person’s once they have changed it', async () => {
  const agent = await start('changed', '--deaf', '2')
  await reaches(world, agent.id, 'idle')
  expect(await send(agent, 'mine', { timeout: 5 })).toMatchObject({ in_input_line: true })
  type(world, agent, ' and yours')
  const held = await send(agent, 'mine', { timeout: 3 })
  expect(held).toMatchObject({ outcome: 'queued', reason: expect.stringContaining('person') })
  expect(taken('changed')).toEqual([])
})

test('What was typed for an agent is not kept when the agent is gone', async () => {
  const agent = await world.command<Agent>('create_agent', { worktree: false, name: 'gone', command: 'cat' })
  const lying = `return require("lib.unsent_prompt").lying("${agent.id}/agent", { input = "a secret" })`
  await world.eval(`
    local item = { id = "p0", session_id = "${agent.id}/agent", from = { kind = "person" }, text = "a secret" }
    require("lib.unsent_prompt").keep(item, "a secret")`)
  expect(await world.eval(lying)).toMatchObject({ text: 'a secret' })
  await world.command('delete_agent', { agent: agent.key })
  await until(async () => (await world.eval(`${lying} == nil`)) === true, 'it to be forgotten')
})

test('A prompt that stays in a colored input line is seen to be there, and Enter pressed once more', async () => {
  const agent = await start('colored', '--colored', '--deaf', '1')
  expect(await send(agent, 'in blue')).toMatchObject({ outcome: 'submitted' })
  expect(taken('colored')).toEqual(['in blue'])
})

test('A prompt waits for a person who has begun a line', async () => {
  const agent = await start('person')
  await reaches(world, agent.id, 'idle')
  type(world, agent, 'half a th')
  const sending = send(agent, 'from a plugin', { timeout: 5 })
  expect(await sending).toMatchObject({ outcome: 'queued', reason: expect.stringContaining('person') })
  type(world, agent, 'ought\r')
  await until(() => taken('person').length === 2, 'the prompt to be typed')
  expect(taken('person')).toEqual(['half a thought', 'from a plugin'])
})

test('A key that answered a dialog is no line that a prompt would wait for', async () => {
  const agent = await start('answered')
  await send(agent, 'ask me')
  await reaches(world, agent.id, 'waiting')
  type(world, agent, '1')
  await reaches(world, agent.id, 'done', 'idle')
  expect(await send(agent, 'next')).toMatchObject({ outcome: 'submitted' })
  expect(taken('answered')).toEqual(['ask me', 'next'])
})

test('Prompts for plain programs are typed when they stand still, and seen to be', async () => {
  const cat = await world.command<Agent>('create_agent', { worktree: false, name: 'cat', command: 'cat' })
  expect(await send(cat, 'hello cat')).toMatchObject({ outcome: 'submitted' })
  const ended = await world.command<Agent>('create_agent', { worktree: false, name: 'ended', command: 'true' })
  await reaches(world, ended.id, 'exited')
  expect(await send(ended, 'hello')).toMatchObject({ outcome: 'refused', reason: 'the program ended' })
  await expect(send(cat, '  \n')).rejects.toThrow('empty')
})

test('pty:send_message gives a prompt and says what became of it', async () => {
  const agent = await start('handle', '--slow', '500')
  expect(await world.eval(`return pty.get("${agent.id}/agent"):send_message("by a script")`)).toBe('submitted')
  expect(taken('handle')).toEqual(['by a script'])
})
