import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeWorld, until, type World } from '../lua/world.ts'
import { reaches, startFakeAgent, type } from '../states/agent.ts'

interface Agent {
  readonly id: string
  readonly key: string
  readonly worktree_path: string
}

let world: World
let clients: Client[]
beforeEach(async () => {
  world = await makeWorld()
  clients = []
})
afterEach(async () => {
  for (const client of clients) await client.close()
  await world[Symbol.asyncDispose]()
})

/** The official client, as the person or as an agent. */
async function connect(token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  const transport = new StreamableHTTPClientTransport(new URL(world.hub.mcp.url!), { requestInit })
  await client.connect(transport as Transport)
  clients.push(client)
  return client
}

const person = () => connect(world.hub.mcp.tokens.person)

async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { content, isError } = await client.callTool({ name, arguments: args })
  const text = (content as { text: string }[]).map((item) => item.text).join('')
  return { text, isError: isError === true }
}

async function value<T>(client: Client, name: string, args: Record<string, unknown> = {}): Promise<T> {
  const { text, isError } = await call(client, name, args)
  if (isError) throw new Error(text)
  return JSON.parse(text) as T
}

const questions = async () =>
  (await world.command<{ questions: { id: string; text: string; choices?: string[] }[] }>('list_questions')).questions

const settings = (mcp: string) => world.eval(`return config.set('mcp', ${mcp})`)

describe('The endpoint', () => {
  test('Lets nobody in without a token, from a browser, or under another name', async () => {
    const url = world.hub.mcp.url!
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    const ask = (headers: Record<string, string>) =>
      fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
    const authorization = `Bearer ${world.hub.mcp.tokens.person}`
    expect((await ask({})).status).toBe(401)
    expect((await ask({ authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await ask({ authorization: 'Bearer 0123.4567' })).status).toBe(401)
    expect((await ask({ authorization, origin: 'https://example.org' })).status).toBe(403)
    const file = join(world.hub.paths.directory, 'mcp.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url, token: world.hub.mcp.tokens.person })
  })

  test('Is where it was, with the tokens it had, after the hub was restarted', async () => {
    const token = world.hub.mcp.tokens.ofAgent('abc')
    const urls = [world.hub.mcp.url]
    do {
      await world.restart()
      expect(world.hub.mcp.tokens.caller(token)).toEqual({ agent: 'abc' })
      urls.push(world.hub.mcp.url)
      // Another program may take the port while no hub has it, but not each time.
    } while (urls.at(-1) !== urls.at(-2) && urls.length < 5)
    expect(urls.at(-1)).toBe(urls.at(-2))
  })

  test('Offers what plugins offer, and says when that changes', async () => {
    const client = await person()
    let told = 0
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
    await world.eval(`
      local mcp = require('lib.mcp')
      mcp.tool('add', {
        description = 'Adds',
        input_schema = { type = 'object', properties = { a = { type = 'number' } }, required = { 'a' } },
      }, function(params) return tostring(params.a + 1) end)
      mcp.prompt('greet', { arguments = { { name = 'who', required = true } } }, function(given) return 'hello ' .. given.who end)
    `)
    // Until its stream is open nobody can be told anything: what is registered then is seen by listing.
    await until(async () => {
      await world.eval(`require('lib.mcp').tool('poke', {}, function() end)`)
      return told > 0
    }, 'the notification')
    expect((await client.listTools()).tools.find(({ name }) => name === 'add')).toMatchObject({ description: 'Adds' })
    expect(await call(client, 'add', { a: 41 })).toEqual({ text: '42', isError: false })
    expect(await call(client, 'add', { a: 'x' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('params.a'),
    })
    expect((await client.listPrompts()).prompts).toMatchObject([{ name: 'greet' }])
    const { messages } = await client.getPrompt({ name: 'greet', arguments: { who: 'you' } })
    expect(messages).toEqual([{ role: 'user', content: { type: 'text', text: 'hello you' } }])
    expect(world.errors()).toEqual([])
  })
})

describe('The official client', () => {
  test('Drives the whole life of an agent: create, prompt, wait, read, diff, close', async () => {
    const client = await person()
    const command = 'read line; echo "got: $line"; echo work > new.txt; echo more >> README.md; echo ready; sleep 0.3'
    const made = await value<{ key: string; status: string }>(client, 'create_agent', { branch: 'task', command })
    expect(made).toMatchObject({ key: 'project-task', status: 'running' })
    expect(await value(client, 'list_agents')).toMatchObject({ agents: [{ key: 'project-task', branch: 'task' }] })
    expect(await call(client, 'create_agent', { branch: 'task' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('(suffix)'),
    })
    const beside = await value<{ key: string; branch: string }>(client, 'create_agent', {
      branch: 'task',
      on_taken: 'suffix',
      command,
    })
    expect(beside.branch).toBe('task-2')
    await value(client, 'close_agent', { agent: beside.key, delete_worktree: true })
    await value(client, 'send_message', { agent: 'task', message: 'please' })
    const waited = await value<{ state: string }>(client, 'wait_for_agent', { agent: 'task', states: ['exited'] })
    expect(waited).toMatchObject({ state: 'exited', timed_out: false })
    expect((await call(client, 'read_screen', { agent: 'task' })).text).toContain('got: please')
    const diff = await call(client, 'open_diff', { agent: 'task' })
    expect(diff.text).toContain('+++ b/new.txt')
    expect(diff.text).toContain('+more')
    const refused = await call(client, 'close_agent', { agent: 'task', delete_worktree: true })
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('new.txt') })
    expect(await value(client, 'close_agent', { agent: 'task' })).toMatchObject({ agent_key: 'project-task' })
    expect(await value(client, 'list_agents')).toMatchObject({ agents: [] })
  })

  test('Acts as the agent whose token it has, within its limits', async () => {
    await settings('{ max_depth = 1, max_agents = 1 }')
    const boss = await world.command<Agent>('create_agent', { branch: 'boss', command: 'sleep 100' })
    const other = await world.command<Agent>('create_agent', { branch: 'other', command: 'sleep 100' })
    const client = await connect(world.hub.mcp.tokens.ofAgent(boss.id))
    const made = await value<{ id: string; created_by: string }>(client, 'create_agent', { branch: 'help' })
    expect(made.created_by).toBe(boss.id)
    const [session] = world.hub.records.sessions(made.id)
    expect(session?.command).toBe('sleep 100') // the same as its creator
    const second = await call(client, 'create_agent', { branch: 'help2' })
    expect(second).toMatchObject({ isError: true, text: expect.stringContaining('may have no more') })
    const helper = await connect(world.hub.mcp.tokens.ofAgent(made.id))
    const deep = await call(helper, 'create_agent', { branch: 'deeper' })
    expect(deep).toMatchObject({ isError: true, text: expect.stringContaining('go 1 deep') })
    const closing = call(client, 'close_agent', { agent: other.key })
    const [question] = await until(async () => ((await questions()).length > 0 ? questions() : false), 'the question')
    expect(question).toMatchObject({ text: 'May it close project-other?', choices: ['Allow', 'Refuse'] })
    await world.command('answer_question', { id: question!.id, answer: 'Refuse' })
    expect(await closing).toMatchObject({ isError: true, text: 'the person refused' })
    expect((await call(client, 'close_agent', { agent: made.id })).isError).toBe(false)
  })

  test('Creates no more agents than it may when it asks for several at once', async () => {
    await settings('{ max_agents = 2 }')
    const boss = await world.command<Agent>('create_agent', { branch: 'boss', command: 'sleep 100' })
    const client = await connect(world.hub.mcp.tokens.ofAgent(boss.id))
    const all = await Promise.all([1, 2, 3, 4].map((n) => call(client, 'create_agent', { branch: `help${n}` })))
    expect(all.filter(({ isError }) => !isError)).toHaveLength(2)
    expect(await value<{ agents: unknown[] }>(client, 'list_agents')).toMatchObject({ agents: { length: 3 } })
  })

  test('Asks the person, who answers, or says that nobody did', async () => {
    const boss = await world.command<Agent>('create_agent', { branch: 'boss', command: 'sleep 100' })
    const client = await connect(world.hub.mcp.tokens.ofAgent(boss.id))
    const asking = call(client, 'ask_human', { question: 'Which colour?', choices: ['red', 'blue'] })
    const [question] = await until(async () => ((await questions()).length > 0 ? questions() : false), 'the question')
    expect(question).toMatchObject({ text: 'Which colour?', choices: ['red', 'blue'], agent_key: boss.key })
    await world.command('answer_question', { id: question!.id, answer: 'blue' })
    expect(await asking).toEqual({ text: 'blue', isError: false })
    const nobody = await call(client, 'ask_human', { question: 'And now?', timeout: 0.3 })
    expect(nobody).toMatchObject({ isError: true, text: expect.stringContaining('nobody answered') })
    const late = call(client, 'ask_human', { question: 'At last?', timeout: 0.1 })
    await until(async () => (await questions()).length > 0, 'the question')
    await world.eval(`
      local questions = require('lib.questions')
      local now = runtime.clock()
      while runtime.clock() < now + 130 do end
      questions.answer(questions.list()[1].id, 'yes')`)
    expect(await late).toEqual({ text: 'yes', isError: false })
    expect(await questions()).toEqual([])
  })
})

test('A message for an agent that asks something lies in its inbox, and its doorbell rings once it was answered', async () => {
  const sender = await world.command<Agent>('create_agent', { branch: 'sender', command: 'sleep 100' })
  const asking = await startFakeAgent(world, 'asking')
  await world.command('send_prompt', { agent: asking.key, text: 'ask me' })
  await reaches(world, asking.id, 'waiting')
  const client = await connect(world.hub.mcp.tokens.ofAgent(sender.id))
  const kept = await value<{ id: string }>(client, 'send_message', { agent: asking.key, message: 'The API changed.' })
  const question = 'Do you want to proceed?'
  expect(kept).toMatchObject({ outcome: 'in_inbox', agent: asking.key, reason: 'a dialog is open', question })
  const lying = { id: kept.id, sender: sender.key, text: 'The API changed.', state: 'waiting' }
  expect(await world.command('inbox_list', { agent: asking.key })).toMatchObject({ messages: [lying] })
  type(world, asking, '1')
  await until(async () => {
    const { state } = await world.command<{ state: string }>('inbox_receipt', { id: kept.id })
    return state === 'rung'
  }, 'the doorbell')
  const ended = await world.command<Agent>('create_agent', { branch: 'ended', command: 'true' })
  await reaches(world, ended.id, 'exited')
  const refused = await value(client, 'send_message', { agent: ended.key, message: 'Are you there?' })
  expect(refused).toMatchObject({ outcome: 'refused', reason: 'the program ended' })
})

test('hub.mcp_caller: knows an agent by its token, and the person by theirs', async () => {
  const { tokens } = world.hub.mcp
  expect(await world.eval(`return hub.mcp_caller('${tokens.ofAgent('a1')}').agent`)).toBe('a1')
  expect(await world.eval(`return hub.mcp_caller('${tokens.person}').agent == nil`)).toBe(true)
  expect(await world.eval(`return hub.mcp_caller('${tokens.ofAgent('a1').replace('a1', 'a2')}') == nil`)).toBe(true)
})

test('hub.mcp_url and hub.mcp_list_changed: say where the endpoint is, and reach those who listen', async () => {
  expect(await world.eval(`return hub.mcp_url()`)).toBe(world.hub.mcp.url)
  const heard: string[] = []
  const off = world.hub.mcp.onListChanged((list) => heard.push(list))
  await world.eval(`hub.mcp_list_changed('prompts')`)
  off()
  await world.eval(`hub.mcp_list_changed('tools')`)
  expect(heard).toEqual(['prompts'])
})

test('worktree.diff: shows commits, changes and new files against the base, and leaves the index alone', async () => {
  const made = await world.command<Agent>('create_agent', { branch: 'd', command: 'sleep 100' })
  await world.repository.write(join(made.worktree_path, 'committed.txt'), 'one\n')
  await world.repository.git(['add', '-A'], made.worktree_path)
  await world.repository.git(['commit', '-qm', 'c'], made.worktree_path)
  await world.repository.write(join(made.worktree_path, 'new.txt'), `${'x'.repeat(100)}\n`)
  const path = made.worktree_path
  const text = await world.eval<string>(`return worktree.diff('${path}').text`)
  expect(text).toContain('committed.txt')
  expect(text).toContain('new.txt')
  expect(await world.eval(`return worktree.diff('${path}', { max_bytes = 50 }).truncated`)).toBe(true)
  expect(await world.eval(`return worktree.diff('${path}', { base = 'HEAD' }).text`)).not.toContain('committed.txt')
  expect(await world.eval(`return select(2, worktree.diff('${path}', { base = '--help' }))`)).toContain(
    'names no commit',
  )
  expect(await world.eval(`return select(3, worktree.diff('${path}', { base = 'none' })).kind`)).toBe('bad_ref')
  expect(await world.eval("return select(3, worktree.diff('/')).kind")).toBe('not_a_worktree')
  await expect(world.eval(`worktree.diff('${path}', { bas = 'HEAD' })`)).rejects.toThrow(
    /bad argument #2 to 'worktree.diff' \(.*bas/,
  )
  expect(await world.repository.git(['status', '--porcelain'], path)).toBe('?? new.txt')
})
