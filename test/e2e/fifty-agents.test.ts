// What fifty idle agents cost, and how soon a change that nobody in botster made is seen.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../protocol/client.ts'
import { hubProtocol } from '../../protocol/messages/hub.ts'
import { botsterBinary } from './harness/binary.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

const AGENTS = 50
/** Milliseconds that nothing happens for, while it is measured what that costs. */
const IDLE_MS = 5000
/** Share of one core that the hub, the ptyhost and an open UI may take together meanwhile. */
const MOST_IDLE_CPU = 0.02
/** Milliseconds the hub may take to answer `list_agents`. */
const MOST_LIST_MS = 100
/** Milliseconds between the ticks that Linux counts processor time in. */
const TICK_MS = 10

interface ListedGit {
  readonly branch_name: string
  readonly git?: { readonly dirty: number; readonly ahead: number; readonly behind: number }
}

let world: World
let gitLog: string

beforeAll(async () => {
  world = new World()
  gitLog = join(world.directory, 'git.log')
  writeFileSync(gitLog, '')
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const counting = world.script('git', `#!/bin/sh\necho "$*" >> '${gitLog}'\nexec '${git}' "$@"\n`)
  world.env.PATH = `${join(counting, '..')}:${world.env.PATH}`
  await world.botster('start', '--headless')
  await world.botster(
    ...['lua', '--timeout', '240', '-e'],
    `local agent = require('lib.agent')
     for i = 1, ${AGENTS} do assert(agent.create{ branch = 'task-' .. i, command = 'cat' }) end`,
  )
  await until(async () => (await listed()).every(({ git }) => git !== undefined), {
    what: 'every worktree to be counted',
  })
  await untilQuiet()
}, 300_000)
afterAll(() => world[Symbol.asyncDispose]())

const gitRuns = () => readFileSync(gitLog, 'utf8').split('\n').length - 1

async function listed(): Promise<ListedGit[]> {
  using hub = await connect({ path: world.sockets().hub, protocol: hubProtocol, role: 'cli' })
  const { value } = await hub.request('command', { name: 'list_agents', args: {} })
  return (value as { agents: ListedGit[] }).agents
}

const stateOf = async (branch: string) => (await listed()).find(({ branch_name }) => branch_name === branch)?.git

/** Waits until git has not been run for a while. */
async function untilQuiet(): Promise<void> {
  let [last, since] = [-1, 0]
  await until(
    () => {
      const now = gitRuns()
      if (now !== last) [last, since] = [now, performance.now()]
      return performance.now() - since > 3000
    },
    { what: 'git to rest', timeoutMs: 60_000 },
  )
}

/** Milliseconds of processor time that processes have used so far. */
function usedBy(pids: readonly number[]): number {
  const ticks = pids.map((pid) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' '),
  )
  return ticks.reduce((sum, fields) => sum + Number(fields[11]) + Number(fields[12]), 0) * TICK_MS
}

test('The hub lists fifty agents within 100 ms; the command adds what starting a program takes', async () => {
  using hub = await connect({ path: world.sockets().hub, protocol: hubProtocol, role: 'cli' })
  const timed = async (run: () => Promise<unknown> | unknown) => {
    const start = performance.now()
    await run()
    return performance.now() - start
  }
  const best = async (run: () => Promise<unknown> | unknown) => {
    const times: number[] = []
    for (let round = 0; round < 5; round++) times.push(await timed(run))
    return Math.min(...times)
  }
  const answer = await best(() => hub.request('command', { name: 'list_agents', args: {} }))
  const run = (...command: [string, string[]]) =>
    execFileSync(...command, { cwd: world.repository, env: world.env, stdio: 'ignore' })
  const command = await best(() => run(botsterBinary(), ['list']))
  const node = await best(() => run(process.execPath, ['-e', '0']))
  process.stdout.write(
    `list of ${AGENTS} agents, best of 5: answered by the hub within ${answer.toFixed(1)} ms; \`botster list\` as a ` +
      `process ${command.toFixed(0)} ms, of which Node that does nothing takes ${node.toFixed(0)} ms\n`,
  )
  expect(answer).toBeLessThan(MOST_LIST_MS)
})

test('Fifty idle agents and an open UI run no git, and take 2 % of a core at most', async () => {
  const terminal = world.open(['attach'], { cols: 120, rows: 40 })
  await terminal.waitFor(/Agents \(50\)/)
  await untilQuiet()
  const status = await world.status()
  const pids = [status.hub!.pid, status.ptyhost!.pid, terminal.pid]
  await untilQuiet()
  const [runs, used] = [gitRuns(), usedBy(pids)]
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS)) // what is measured is that nothing happens
  const share = (usedBy(pids) - used) / IDLE_MS
  process.stdout.write(
    `${AGENTS} idle agents: ${(share * 100).toFixed(2)} % of a core, ${gitRuns() - runs} git processes\n`,
  )
  expect(gitRuns() - runs).toBe(0)
  expect(share).toBeLessThanOrEqual(MOST_IDLE_CPU)

  // A change that no program of botster's made is shown soon, and only its worktree is looked at.
  writeFileSync(join(world.worktreeBase, 'repo-task-7', 'shared.txt'), 'changed\n')
  await until(async () => (await stateOf('task-7'))?.dirty === 1, { what: 'the change to be seen' })
  await terminal.waitFor(/✱/)
  expect(gitRuns() - runs).toBeLessThanOrEqual(2)
})

test('What an agent prints runs no git; a commit does, once for those whom it concerns', async () => {
  const tree = join(world.worktreeBase, 'repo-task-11')
  writeFileSync(join(tree, 'shared.txt'), 'changed\n')
  await until(async () => (await stateOf('task-11'))?.dirty === 1, { what: 'the change to be seen' })
  await untilQuiet()
  const runs = gitRuns()
  await world.botster('send', 'task-9', 'hello', '--enter')
  await world.screenOf('task-9', /hello\n+hello/)
  await untilQuiet()
  expect(gitRuns() - runs).toBe(0)
  world.git('-C', tree, 'commit', '-qam', 'from outside')
  await until(async () => (await stateOf('task-11'))?.ahead === 1, { what: 'the commit to be seen' })
  await untilQuiet()
  const others = readFileSync(gitLog, 'utf8')
    .split('\n')
    .slice(runs)
    .filter((line) => line.startsWith('status'))
  expect(others.length).toBeLessThanOrEqual(3)
})
