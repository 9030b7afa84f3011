import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Records } from '../../hub/records/records.ts'
import { isAlive, kill, killMarked } from './harness/processes.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

interface Ports {
  readonly agent: string
  readonly slug: string
  readonly first: number
  readonly listening: readonly number[]
}

/** Everything ends at once, and the directory of sockets is empty: what a reboot leaves. */
async function reboot(world: World): Promise<void> {
  await killMarked(world.directory)
  for (const name of readdirSync(world.runtimeDirectory))
    rmSync(join(world.runtimeDirectory, name), { recursive: true })
}

/** Without those that somebody listens on: tests that run beside do. */
async function portsOf(world: World): Promise<Omit<Ports, 'listening'>[]> {
  return (await world.json<Ports[]>('ports')).map(({ listening, ...ports }) => ports)
}

/** Asked of the hub's records: a command would take its time on a busy machine. */
function endedSessions(world: World): number {
  using records = Records.open(world.hubFile('hub.db'))
  return records.sessions().filter(({ status }) => status === 'exited').length
}

test('After a reboot, restore brings back ten agents with worktrees, names, ports, sessions and scrollback', async () => {
  await using world = new World()
  const script = world.script(
    'claude',
    '#!/bin/sh\necho "claude $* in $(basename "$PWD") on $PORT $BOTSTER_SLUG"; exec sleep 1000\n',
  )
  for (let number = 0; number < 10; number++) {
    await world.newAgent(`task-${number}`, `${script} --flag ${number}`, '--name', `Task ${number}`)
  }
  const before = await world.agents()
  const ports = await portsOf(world)
  const history = world.hubFile('history')
  await until(() => readdirSync(history).filter((name) => name.endsWith('.ansi')).length === 10, {
    what: 'ten histories',
  })
  expect(readdirSync(history).map((name) => statSync(join(history, name)).mode & 0o777)).toEqual(Array(10).fill(0o600))
  await reboot(world)
  rmSync(before[3]!.worktree!, { recursive: true }) // even that: its branch is there

  const lost = await world.json<{ key: string }[]>('restore', '--list')
  expect(lost.map(({ key }) => key)).toEqual(before.map(({ key }) => key))
  const logs = await world.run(['logs', 'repo-task-5'])
  expect(logs.stdout).toBe(`claude --flag 5 in repo-task-5 on ${before[5]!.port} ${before[5]!.slug}\n`)
  expect(logs.stderr).toContain('is gone: this is what was kept of it')
  const { restored, failed } = await world.json<{ restored: unknown[]; failed: unknown[] }>('restore')
  expect([restored.length, failed]).toEqual([10, []])
  const after = await world.agents()
  const lasting = ({ key, id, name, branch, worktree, slug, port }: (typeof after)[number]) => ({
    key,
    id,
    name,
    branch,
    worktree,
    slug,
    port,
  })
  expect(after.map(lasting)).toEqual(before.map(lasting))
  expect(await portsOf(world)).toEqual(ports)
  const shown = await world.screenOf('repo-task-7', /--flag 7 --continue in \S+task-7/, '--history', '200')
  expect(shown).toContain(`claude --flag 7 in `) // from before
  expect(shown.indexOf('claude --flag 7 in ')).toBeLessThan(shown.indexOf('--continue'))
  expect(shown).toContain(`on ${after[7]!.port} ${after[7]!.slug}`)
})

test('An orderly shutdown loses no agent, whichever process is told to end first', async () => {
  await using world = new World()
  const polite = world.script('polite', '#!/bin/sh\ntrap "exit 143" TERM\necho ready\nwhile :; do sleep 0.1; done\n')
  await world.newAgent('polite', polite)
  await world.newAgent('blunt', 'exec sleep 1000')
  await world.newAgent('late', 'exec sleep 1000')
  await world.screenOf('polite', /ready/)
  const { hub, ptyhost } = await world.status()
  const [politeOne, bluntOne] = await world.agents()
  for (const { sessions } of [politeOne!, bluntOne!]) kill(sessions[0]!.pid, 'SIGTERM')
  await until(() => endedSessions(world) === 2, { what: 'the hub to know that two have ended' })
  kill(hub.pid, 'SIGTERM')
  kill(ptyhost!.pid, 'SIGTERM')
  await until(() => !isAlive(hub.pid) && !isAlive(ptyhost!.pid), { what: 'both to be gone' })
  const lost = await world.json<{ name: string }[]>('restore', '--list')
  expect(lost.map(({ name }) => name)).toEqual(['polite', 'blunt', 'late'])
})

test('A ptyhost that is told to end loses its agents, and stopping botster does not', async () => {
  await using world = new World()
  await world.newAgent('one', 'exec sleep 1000')
  const { ptyhost } = await world.status()
  kill(ptyhost!.pid, 'SIGTERM')
  await until(async () => (await world.agent('one')).status === 'lost', { what: 'the agent to be lost' })
  expect(await world.botster('restore')).toContain('repo-one runs again')
  await world.botster('stop', '--yes')
  expect((await world.agent('one')).status).toBe('exited')
  const { hub } = await world.status()
  kill(hub.pid, 'SIGTERM') // soon after the stop: what that ended was ended on purpose
  await until(() => !isAlive(hub.pid), { what: 'the hub to be gone' })
  expect(await world.json('restore', '--list')).toEqual([])
})

test('A program that finds nothing to resume is started anew, below what it showed before', async () => {
  await using world = new World()
  const script = world.script(
    'claude',
    '#!/bin/sh\ncase "$*" in *--continue*) echo "No conversation found to continue"; exit 1;; esac\necho "begun with $*"; exec sleep 1000\n',
  )
  await world.newAgent('one', `${script} --flag`)
  await until(() => readdirSync(world.hubFile('history')).some((name) => name.endsWith('.ansi')), { what: 'a history' })
  await reboot(world)
  expect(await world.botster('restore')).toContain('repo-one runs again')
  await until(() => world.running('sleep').length === 1, { what: 'the program to run anew' })
  await world.screenOf('one', /begun with --flag\s*$/)
  await until(async () => (await world.agent('one')).status === 'running', { what: 'the agent to run' })
  expect(await world.botster('logs', 'one')).toMatch(/begun with --flag\n(.*\n)*begun with --flag/)
})

test('What cannot be restored says why, and can be tried again', async () => {
  await using world = new World()
  await world.newAgent('one', 'sleep 1000')
  await reboot(world)
  world.git('worktree', 'remove', '--force', join(world.worktreeBase, 'repo-one'))
  world.git('branch', '-D', 'one')
  world.git('branch', 'one/more') // now no branch can be called so
  const refused = await world.run(['restore'])
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('repo-one') })
  world.git('branch', '-D', 'one/more')
  expect(await world.botster('restore')).toContain('repo-one runs again')
  expect((await world.run(['restore'])).stderr).toContain('nothing to restore')
})
