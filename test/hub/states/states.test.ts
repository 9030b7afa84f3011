import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, until, type World } from '../lua/world.ts'
import { type Agent, agentOf, reaches, startFakeAgent, type } from './agent.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.eval(`
    seen = {}
    hooks.on("agent_status", "test", function(change) seen[#seen + 1] = change end)`)
})
afterAll(() => world[Symbol.asyncDispose]())

const seenStates = async (id: string) =>
  (await world.eval<{ agent_id: string; state: string }[]>('return seen'))
    .filter((change) => change.agent_id === id)
    .map(({ state }) => state)
const create = (options: Record<string, unknown>) =>
  world.command<Agent>('create_agent', { worktree: false, ...options })

test('An agent is starting, idle, working, done, waiting, failed and exited, as it shows', async () => {
  const before = world.errors().length
  const agent = await startFakeAgent(world, 'all', '--slow', '700', '--work', '4000')
  expect(agent).toMatchObject({ state: 'starting' })
  await reaches(world, agent.id, 'idle')

  type(world, agent, 'work 4000\r')
  await reaches(world, agent.id, 'working')
  // A look between two writes finds no spinner.
  await until(async () => (await agentOf(world, agent.id)).state_reason === 'its spinner turns', 'the spinner')
  const done = await reaches(world, agent.id, 'done')
  expect(Math.abs(done.state_since - Date.now() / 1000)).toBeLessThan(10)

  type(world, agent, 'ask me\r')
  expect(await reaches(world, agent.id, 'waiting')).toMatchObject({
    state_question: 'Do you want to proceed?',
    state_reason: 'a permission dialog is open',
  })
  type(world, agent, '1')
  await reaches(world, agent.id, 'working')
  await reaches(world, agent.id, 'done')

  type(world, agent, 'fail\r')
  await reaches(world, agent.id, 'failed')
  type(world, agent, 'exit 0\r')
  await reaches(world, agent.id, 'exited')
  const states = await seenStates(agent.id)
  expect(states.filter((state, at) => state !== states[at - 1])).toEqual(states)
  expect(states).toContain('waiting')
  expect(world.errors().slice(before)).toEqual([])
})

test('A known program that has drawn nothing yet is still starting, however long that takes', async () => {
  const agent = await create({
    name: 'blank',
    command: ['sh', '-c', 'printf "\\033[?25l"; sleep 600'],
    metadata: { detector: 'claude' },
  })
  // What one that has drawn something it does not know is taken for after a while.
  const other = await create({
    name: 'drawn',
    command: ['sh', '-c', 'echo hm; sleep 600'],
    metadata: { detector: 'claude' },
  })
  await reaches(world, other.id, 'idle')
  expect(await agentOf(world, agent.id)).toMatchObject({ state: 'starting' })
})

test('What is done becomes idle when a client looks at it', async () => {
  const agent = await startFakeAgent(world, 'seen')
  await reaches(world, agent.id, 'idle')
  type(world, agent, 'work 8000\r')
  await reaches(world, agent.id, 'working')
  await reaches(world, agent.id, 'done')
  const stop = await world.hub.ptyhost.forward(`${agent.id}/agent`, { onData: () => {}, onEnd: () => {} })
  await reaches(world, agent.id, 'idle')
  type(world, agent, 'work 8000\r')
  await reaches(world, agent.id, 'working')
  expect(await reaches(world, agent.id, 'idle', 'done')).toMatchObject({ state: 'idle' })
  stop()
})

test('An answer that quotes a dialog is no dialog', async () => {
  const agent = await startFakeAgent(world, 'quote', '--work', '4000')
  await reaches(world, agent.id, 'idle')
  type(world, agent, 'quote the dialog\r')
  await reaches(world, agent.id, 'working')
  await reaches(world, agent.id, 'done')
  expect(await seenStates(agent.id)).not.toContain('waiting')
})

test('A program that ends with an error has failed, and says with which code', async () => {
  const agent = await create({ name: 'broken', command: 'sleep 0.3; exit 3' })
  expect(await reaches(world, agent.id, 'failed')).toMatchObject({ state_reason: 'it ended with code 3' })
})

test('A shell is idle at its prompt, works while a command runs, and waits when asked for an answer', async () => {
  const agent = await create({ name: 'shell', env: { PS1: '$ ' } })
  await reaches(world, agent.id, 'idle')
  type(world, agent, 'sleep 4; echo over\r')
  expect(await reaches(world, agent.id, 'working')).toMatchObject({ state_reason: 'it runs sleep' })
  await reaches(world, agent.id, 'done', 'idle')
  type(world, agent, `printf 'Overwrite it? [y/N] '; read x\r`)
  expect(await reaches(world, agent.id, 'waiting')).toMatchObject({ state_question: 'Overwrite it? [y/N]' })
})

test('Prompt marks of a shell tell what it runs', async () => {
  const agent = await create({ name: 'marks', env: { PS1: '$ ' } })
  await reaches(world, agent.id, 'idle')
  type(world, agent, `printf '\\033]133;C;cmdline=make\\007'; sleep 4; printf '\\033]133;D;0\\007\\033]133;A\\007'\r`)
  await until(async () => (await agentOf(world, agent.id)).state_reason === 'it runs make', 'the mark')
  await reaches(world, agent.id, 'done', 'idle')
})

test('What an agent tells wins until its screen has shown something else for a while', async () => {
  const agent = await startFakeAgent(world, 'told')
  await reaches(world, agent.id, 'idle')
  const hook = (event: string, fields = {}) =>
    world.command('hook', { agent: agent.key, source: 'claude', event, fields })
  expect(await hook('UserPromptSubmit')).toMatchObject({ state: 'working' })
  expect(await agentOf(world, agent.id)).toMatchObject({ state: 'working', state_reason: 'it was given a prompt' })
  await hook('Notification', { message: 'Claude needs your permission to use Bash' })
  expect(await agentOf(world, agent.id)).toMatchObject({
    state: 'waiting',
    state_question: 'Claude needs your permission to use Bash',
  })
  // Its screen shows an open input line all the time.
  await reaches(world, agent.id, 'done', 'idle')
  const explained = await world.command<{ evidence: { kind: string; set_aside?: string; used: boolean }[] }>(
    'explain',
    {
      agent: agent.key,
    },
  )
  const told = explained.evidence.find(({ kind }) => kind === 'told')
  expect(told).toMatchObject({ used: false, set_aside: expect.stringContaining('idle') })
  await expect(world.command('hook', { agent: agent.key, source: 'nobody', event: 'x' })).rejects.toThrow(/claude/)
})

test('Hooks of claude say that it asks for permission, was interrupted, or failed, and why', async () => {
  const agent = await startFakeAgent(world, 'hooked')
  await reaches(world, agent.id, 'idle')
  const hook = (event: string, fields = {}) =>
    world.command('hook', { agent: agent.key, source: 'claude', event, fields })
  expect(await hook('PermissionRequest', { tool_name: 'Bash', question: 'May it use Bash?' })).toMatchObject({
    state: 'waiting',
    question: 'May it use Bash?',
  })
  expect(await hook('PostToolUseFailure', { error: 'exit code 1' })).toMatchObject({ state: 'working' })
  expect(await hook('PostToolUseFailure', { is_interrupt: 'true' })).toMatchObject({ state: 'idle' })
  expect(await hook('StopFailure', { error: 'rate_limit' })).toMatchObject({
    state: 'failed',
    reason: 'its turn ended with an error: rate_limit',
  })
})

test('Who waits for a state of an agent that is deleted meanwhile is told so', async () => {
  const agent = await startFakeAgent(world, 'leaving')
  const waiting = world.command('wait_agent', { agent: agent.key, states: ['failed'] })
  const refused = expect(waiting).rejects.toThrow(`${agent.key} was deleted meanwhile`)
  await reaches(world, agent.id, 'idle')
  await world.command('delete_agent', { agent: agent.key })
  await refused
})

test('A quiet agent is not looked at', async () => {
  const agent = await startFakeAgent(world, 'quiet')
  await reaches(world, agent.id, 'idle')
  await world.eval(`
    local look = require("lib.state_look")
    looked = 0
    local before = look.activity
    look.activity = function(id, ...)
      if id == "${agent.id}" then looked = looked + 1 end
      return before(id, ...)
    end`)
  const looksWithin = async (ms: number) => {
    await world.eval('looked = 0')
    await new Promise((resolve) => setTimeout(resolve, ms))
    return world.eval('return looked')
  }
  await until(async () => (await looksWithin(600)) === 0, 'what it printed at its start to be told')
  expect(await looksWithin(1500)).toBe(0)
})

test('A detector of the user’s own takes effect when it is saved; a wrong one is named, and the one before stays', async () => {
  const source = (state: string) => `return {
    name = "mytool", programs = { "mytool" },
    rules = { { id = "asks", state = "${state}", region = "bottom", any = { "^Shall I" }, question = "^(Shall I.*)" } },
  }`
  const agent = await create({
    name: 'own',
    command: 'printf "Shall I go on?"; sleep 100',
    metadata: { detector: 'mytool' },
  })
  await reaches(world, agent.id, 'idle')
  await world.writeLua('agents/mytool.lua', source('waiting'))
  expect(await reaches(world, agent.id, 'waiting')).toMatchObject({ state_question: 'Shall I go on?' })
  await world.writeLua('agents/mytool.lua', source('sleepy'))
  await until(
    () => world.errors().some((message) => message.includes("mytool.lua: rules[1] (asks).state: 'sleepy'")),
    'the report',
  )
  expect(await agentOf(world, agent.id)).toMatchObject({ state: 'waiting' })
})

test('An agent that asks the person by a tool waits until it is answered', async () => {
  const agent = await create({ name: 'asking', command: 'cat' })
  await reaches(world, agent.id, 'idle')
  await world.eval(`runtime.start('hub', function()
    answer = require('lib.questions').ask{ text = 'Which one?', agent_id = '${agent.id}', timeout = 30 }
  end)`)
  expect(await reaches(world, agent.id, 'waiting')).toMatchObject({ state_question: 'Which one?' })
  const [question] = await world.eval<{ id: string }[]>(`return require('lib.questions').list()`)
  await world.eval(`require('lib.questions').answer('${question!.id}', 'this')`)
  await reaches(world, agent.id, 'done', 'idle')
})

test('A silent program works while it, or what it runs, uses the processor, and is idle when it waits', async () => {
  const burn = (ms: number) => `const end = Date.now() + ${ms}; while (Date.now() < end);`
  const wait = 'setInterval(() => {}, 1e6)'
  const node = (name: string, code: string) => create({ name, command: [process.execPath, '-e', code] })
  const itself = await node('burns', `console.log('begun'); setTimeout(() => { ${burn(9000)} }, 300); ${wait}`)
  const child = `require('node:child_process').spawn(process.execPath, ['-e', '${burn(9000)}'])`
  const below = await node('has-burnt', `console.log('begun'); ${child}; ${wait}`)
  // Not a Node: its start uses the processor, on a busy machine for long after its first output.
  const waits = await create({ name: 'waits', command: ['sh', '-c', 'echo begun; exec sleep 1000'] })
  for (const { id } of [itself, below]) {
    expect(await reaches(world, id, 'working')).toMatchObject({
      state_reason: 'it prints nothing and uses the processor',
    })
  }
  expect(await reaches(world, waits.id, 'idle', 'done')).toMatchObject({ state_reason: 'it prints nothing' })
  for (const { id } of [itself, below]) await reaches(world, id, 'idle', 'done')
  expect(await seenStates(waits.id)).not.toContain('working')
})

test('A pager waits for its reader, as an agent and in a shell', async () => {
  const page = join(world.repository.root, 'page.txt')
  await world.repository.write(page, Array.from({ length: 200 }, (_, line) => `line ${line}\n`).join(''))
  const env = { LESS: '', LESSHISTFILE: '-' }
  const agent = await create({ name: 'less', command: `less ${page}`, env })
  expect(await reaches(world, agent.id, 'waiting')).toMatchObject({ state_reason: 'a pager is open' })
  const shell = await create({ name: 'reads', env: { ...env, SHELL: '/bin/sh', PS1: '$ ' } })
  await reaches(world, shell.id, 'idle')
  type(world, shell, `less ${page}\r`)
  expect(await reaches(world, shell.id, 'waiting')).toMatchObject({ state_reason: 'a pager is open' })
  type(world, shell, 'q')
  await reaches(world, shell.id, 'idle', 'done')
  type(world, agent, 'q')
  await reaches(world, agent.id, 'exited')
  const prose = await create({ name: 'prose', command: ['/bin/sh', '-c', 'echo use less of it; exec sleep 1000'] })
  await reaches(world, prose.id, 'idle', 'done')
})

test('A prompt that is worked off before anybody looks makes its agent done all the same', async () => {
  const agent = await startFakeAgent(world, 'quick', '--work', '0')
  await reaches(world, agent.id, 'idle')
  expect(await world.command('send_prompt', { agent: agent.key, text: 'say hello' })).toMatchObject({
    outcome: 'submitted',
  })
  await reaches(world, agent.id, 'done')
})

test('A program nobody knows waits while it asks for an answer, and takes no prompt meanwhile', async () => {
  const script = 'printf "a.txt exists. Overwrite? [y/N] "; read answer; echo "said $answer"; exec sleep 1000'
  const agent = await create({ name: 'asks', command: ['/bin/sh', '-c', script] })
  expect(await reaches(world, agent.id, 'waiting')).toMatchObject({ state_question: 'a.txt exists. Overwrite? [y/N]' })
  expect(await world.command('send_prompt', { agent: agent.key, text: 'a task' })).toMatchObject({
    outcome: 'refused',
    reason: 'a dialog is open',
    question: 'a.txt exists. Overwrite? [y/N]',
  })
  type(world, agent, 'n\r')
  await reaches(world, agent.id, 'idle', 'done')
})

test('A known program that stops on a screen that nobody knows is said to wait', async () => {
  const spinner = 'for i in 1 2 3 4 5 6 7 8 9; do echo "· Baking… ($i s · esc to interrupt)"; sleep 0.3; done'
  const script = `${spinner}; printf '\\033[H\\033[2J'; echo "Something quite new here"; exec sleep 1000`
  const agent = await create({ name: 'new', command: ['/bin/sh', '-c', script], metadata: { detector: 'claude' } })
  await reaches(world, agent.id, 'working')
  expect(await reaches(world, agent.id, 'waiting')).toMatchObject({
    state_reason: 'it has stopped, and shows something that its detector does not know',
  })
})
