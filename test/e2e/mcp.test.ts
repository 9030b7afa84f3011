import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, test } from 'vitest'
import { connect } from '../../protocol/client.ts'
import { hubProtocol } from '../../protocol/messages/hub.ts'
import { botsterBinary } from './harness/binary.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

async function stdioClient(world: World, env: Record<string, string> = {}) {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(
    new StdioClientTransport({
      command: botsterBinary(),
      args: ['mcp-serve'],
      cwd: world.repository,
      env: { ...world.env, ...env },
    }),
  )
  return {
    client,
    call: async (name: string, args: Record<string, unknown> = {}) => {
      const { content } = await client.callTool({ name, arguments: args })
      return (content as { text: string }[])[0]!.text
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

test('Another process drives the whole life of an agent over standard input and output', async () => {
  await using world = new World()
  await using mcp = await stdioClient(world)
  const made = JSON.parse(
    await mcp.call('create_agent', { branch: 'task', command: 'read x; echo "<$x>"; echo a > a.txt' }),
  )
  expect(made).toMatchObject({ branch: 'task', status: 'running' })
  await mcp.call('send_message', { agent: 'task', message: 'go' })
  expect(JSON.parse(await mcp.call('wait_for_agent', { agent: 'task', states: ['exited'] }))).toMatchObject({
    state: 'exited',
  })
  expect(await mcp.call('read_screen', { agent: 'task' })).toContain('<go>')
  expect(await mcp.call('open_diff', { agent: 'task' })).toContain('+++ b/a.txt')
  await mcp.call('close_agent', { agent: 'task' })
  expect(await world.agents()).toEqual([])
})

test('A program inside a session is its agent, outlives a hub that restarts, and hears of new tools', async () => {
  await using world = new World()
  await world.newAgent('boss', 'echo "token=$BOTSTER_AGENT_TOKEN."; sleep 1000')
  const screen = await world.screenOf('boss', /token=\S+\s*\S*\.\s*$/m)
  const token = /token=(.*)\.\s*$/s.exec(screen.replaceAll(/\s*\n\s*/g, ''))![1]!.trim()
  await using mcp = await stdioClient(world, { BOTSTER_AGENT_TOKEN: token })
  let told = 0
  mcp.client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  const { agents } = JSON.parse(await mcp.call('list_agents'))
  expect(agents).toMatchObject([{ branch: 'boss', is_you: true }])
  await until(
    async () => {
      await world.botster('lua', '-e', 'require("lib.mcp").tool("poke", {}, function() return "ouch" end)')
      return told > 0
    },
    { what: 'the notification' },
  )
  await world.botster('restart')
  const isFound = async () => {
    const text = await mcp.call('list_agents').catch(() => '')
    return text.startsWith('{') && JSON.parse(text).agents.length === 1 // what went wrong is said in words
  }
  await until(isFound, { what: 'the hub to be found again' })
})

test('A client of the socket lists and calls tools on the channel mcp', async () => {
  await using world = new World()
  await world.botster('start', '--headless')
  const heard: Record<string, unknown>[] = []
  using hub = await connect({
    path: world.sockets().hub,
    protocol: hubProtocol,
    role: 'cli',
    onMessage: (message) => message.type === 'message' && heard.push(message.data),
  })
  const send = (data: Record<string, unknown>) => hub.send({ type: 'message', data: { subscriptionId: 'm', ...data } })
  send({ type: 'subscribe', channel: 'mcp' })
  send({ type: 'tools_list' })
  send({ type: 'tool_call', name: 'list_agents', arguments: {}, call_id: 1 })
  send({ type: 'tool_call', name: 'nonsense', call_id: 2 })
  const results = () => heard.filter(({ type }) => type === 'tool_result')
  await until(() => results().length === 2 && heard.some(({ type }) => type === 'tools_list'), { what: 'the answers' })
  expect(heard.find(({ type }) => type === 'tools_list')).toMatchObject({
    tools: expect.arrayContaining([expect.objectContaining({ name: 'create_agent' })]),
  })
  expect(results().find(({ call_id }) => call_id === 1)).toMatchObject({
    content: [{ type: 'text', text: '{"agents":[]}' }],
  })
  expect(results().find(({ call_id }) => call_id === 2)).toMatchObject({ is_error: true, kind: 'unknown_tool' })
})

test('A person answers questions from the command line', async () => {
  await using world = new World()
  await using mcp = await stdioClient(world)
  const asking = mcp.call('ask_human', { question: 'Which one?', choices: ['a', 'b'] })
  const asked = async () => /^\s*(\d+).*Which one\? \[a \| b\]/m.exec(await world.botster('answer'))?.[1]
  await until(async () => (await asked()) !== undefined, { what: 'the question' })
  expect(await world.botster('answer', (await asked())!, 'b')).toContain('answered')
  expect(await asking).toBe('b')
})
