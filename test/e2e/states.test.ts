import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { botsterBinary } from './harness/binary.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

const FAKE_AGENT = join(import.meta.dirname, '../fixtures/fake-agent.mjs')

interface Explained {
  readonly state: string
  readonly detector: string
  readonly rule: string
  readonly evidence: { readonly kind: string; readonly state: string; readonly used: boolean }[]
}

let world: World
let claude: string
beforeAll(() => {
  world = new World()
  claude = world.script('claude', `#!/bin/sh\nexec '${process.execPath}' '${FAKE_AGENT}' "$@"\n`)
})
afterAll(() => world[Symbol.asyncDispose]())

test('An agent is created with a prompt and waited for; list, wait and explain say how it stands', async () => {
  const made = await world.json<{ key: string; state: string }>(
    ...['new', 'one', '--cmd', `${claude} --slow 500`, '--prompt', 'work 4000', '--wait', '--timeout', '60'],
  )
  expect(made.state).toBe('done')
  expect(await world.botster('list')).toMatch(/ done +running /)
  expect(await world.botster('wait', 'one', '--state', 'done,idle')).toContain(`${made.key} is done`)
  const late = await world.run(['wait', 'one', '--state', 'working', '--timeout', '0.2'])
  expect(late).toMatchObject({ status: 1, stderr: expect.stringContaining('is done after 0.2 s') })
  expect(await world.run(['wait', 'one', '--state', 'sleepy'])).toMatchObject({ status: 2 })
  const used = expect.objectContaining({ kind: 'screen', used: true })
  const byItsScreen = { state: 'done', detector: 'claude', rule: 'prompt', evidence: expect.arrayContaining([used]) }
  await expect.poll(() => world.json('explain', 'one')).toMatchObject(byItsScreen)
  expect(await world.botster('explain', 'one')).toContain('decided by: screen, rule prompt')
})

test('A prompt comes with a receipt, and is refused while a dialog is open', async () => {
  await world.newAgent('two', claude)
  expect(await world.json('send', 'two', '--prompt', 'ask me')).toMatchObject({ outcome: 'submitted' })
  await world.botster('wait', 'two', '--state', 'waiting', '--timeout', '30')
  expect(await world.botster('list')).toContain('waiting: Do you want to proceed?')
  const refused = await world.run(['send', 'two', '--prompt', 'next'])
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('a dialog is open') })
  expect(await world.run(['send', 'two', 'x', '--json'])).toMatchObject({ status: 2 })
})

test('A hook of the program tells its state, and says nothing outside of botster', async () => {
  const { key } = await world.newAgent('three', claude)
  await world.botster('wait', 'three', '--state', 'idle', '--timeout', '30')
  const env = { BOTSTER_AGENT_KEY: key }
  const input = JSON.stringify({ hook_event_name: 'Notification', message: 'Claude needs your permission to use Bash' })
  expect(await world.run(['hook', 'claude'], { input, env })).toEqual({ status: 0, stdout: '', stderr: '' })
  // Told again at each look: what a screen says against it wins after a while.
  await until(
    async () => {
      await world.run(['hook', 'claude'], { input, env })
      const { evidence } = await world.json<Explained>('explain', 'three')
      return evidence[0]?.kind === 'told' && evidence[0].state === 'waiting'
    },
    { what: 'what was told to count' },
  )
  expect(await world.run(['hook', 'claude'], { input: 'no json', env })).toMatchObject({ status: 0, stderr: '' })
  expect(await world.run(['hook', 'claude'], { input })).toMatchObject({ status: 0, stderr: '' })
  const asks = { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { description: 'Run the tests' } }
  await until(
    async () => {
      await world.run(['hook', 'claude'], { input: JSON.stringify(asks), env })
      return (await world.botster('list')).includes('waiting: May it use Bash (Run the tests)?')
    },
    { what: 'the question in the list' },
  )
  const setup = await world.botster('hook', 'claude', '--print')
  for (const event of ['UserPromptSubmit', 'PermissionRequest', 'PostToolUseFailure', 'StopFailure']) {
    expect(setup).toContain(`"${event}"`)
  }
})

test('Messages are sent to an inbox, and taken by the agent', async () => {
  const { key } = await world.newAgent('four', claude)
  const sent = await world.json<{ id: string }>('inbox', 'send', 'four', 'the API changed')
  expect(await world.botster('inbox', 'four', '--peek')).toContain('the API changed')
  await world.screenOf('four', /You have a message/)
  const read = await world.run(['inbox'], { env: { BOTSTER_AGENT_KEY: key } })
  expect(read.stdout).toMatch(/^from .*\n {2}the API changed\n/)
  expect(await world.botster('inbox', 'receipt', sent.id)).toContain('is read')
  expect((await world.run(['inbox'])).status).toBe(2)
})

test('What an agent prints is followed until it ends, each line once', async () => {
  const script = 'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo "line $i"; sleep 0.02; done; printf "the end"'
  await world.newAgent('five', `sleep 0.5; ${script}`)
  const { stdout, status } = await world.run(['logs', 'five', '-f'])
  expect(status).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toEqual([...Array.from({ length: 60 }, (_, index) => `line ${index + 1}`), 'the end'])
  expect(await world.botster('logs', 'five', '-n', '2')).toBe('line 60\nthe end\n')
  expect(await world.json('logs', 'five', '-n', '1').catch(String)).toEqual({ text: 'the end' })
})

test('Events come as lines of JSON', async () => {
  const { key } = await world.newAgent('six', claude) // and a hub, whichever test comes first
  const child = spawn(botsterBinary(), ['events', '--type', 'agent_status,agent_created'], {
    cwd: world.repository,
    env: world.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told: { event: string; data: { agent_key?: string; state?: string } }[] = []
  createInterface(child.stdout).on('line', (line) => told.push(JSON.parse(line)))
  await world.botster('wait', 'six', '--state', 'idle', '--timeout', '30')
  const isTold = () => told.some(({ event, data }) => event === 'agent_status' && data.agent_key === key && data.state)
  await until(
    async () => {
      await world.run(['send', 'six', '--prompt', 'work 50']) // again, as nobody knows when the other one listens
      return isTold()
    },
    { what: 'the event', seen: () => JSON.stringify(told) },
  )
  child.kill()
})
