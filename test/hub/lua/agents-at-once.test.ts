// What several want of an agent at the same time, and what breaks off half-way: nothing is done twice, nothing stays stuck.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

interface Agent {
  readonly id: string
  readonly key: string
  readonly status: string
  readonly error?: string
  readonly worktree_path: string
  readonly sessions: { readonly pid: number; readonly exited: boolean }[]
}
interface Restored {
  readonly restored: Agent[]
  readonly failed: { agent: string; message: string; kind?: string }[]
}

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const create = (options: Record<string, unknown>) =>
  world.command<Agent>('create_agent', { command: 'exec sleep 1000', ...options })
const remove = (agent: Agent, more = {}) =>
  world.command('delete_agent', { agent: agent.id, delete_worktree: true, ...more })
const list = async () => (await world.command<{ agents: Agent[] }>('list_agents')).agents
const statusOf = async (agent: Agent) => (await list()).find(({ id }) => id === agent.id)?.status
const branches = (name: string) => world.repository.git(['branch', '--list', name])
const restore = (agents: string) => world.eval<Restored>(`return require("lib.agent_restore").all(${agents}, {})`)
const path = (name: string) => join(world.userDirectory, name)
const lines = async (name: string) => (await readFile(path(name), 'utf8')).split('\n').filter(Boolean)

/** A workspace script that says in `begun` that it runs, and goes on once there is a file `go`. */
async function waitingScript(name: 'workspace_setup' | 'workspace_teardown'): Promise<void> {
  await mkdir(path('shared'), { recursive: true })
  const script = `echo one >> '${path('begun')}'\nwhile [ ! -e '${path('go')}' ]; do sleep 0.05; done\n`
  await writeFile(path(`shared/${name}`), script)
}
const begun = () => until(() => existsSync(path('begun')), 'the script to run')
const go = () => writeFile(path('go'), '')

/** Makes the hub's records refuse something, as a full disk does, until the returned function is called. */
function refuse(what: string): () => void {
  using database = open()
  database.exec(`CREATE TRIGGER refused ${what} BEGIN SELECT RAISE(ABORT, 'disk is full'); END`)
  return () => {
    using again = open()
    again.exec('DROP TRIGGER refused')
  }
}
function open(): DatabaseSync {
  return new DatabaseSync(world.hub.paths.database)
}

async function ended(name: string): Promise<Agent> {
  const made = await create({ branch: name, command: 'read line; exec sleep 1000' })
  process.kill(made.sessions[0]!.pid)
  await until(async () => (await statusOf(made)) === 'exited', 'its end')
  return made
}

describe('Starting again', () => {
  test('Is done once, however many want it at the same time', async () => {
    const made = await ended('one')
    const asked = ['restart_session', 'restart_session'].map((name) => world.command<Agent>(name, { agent: made.key }))
    const restoring = world.command<Restored>('restore_agents', { agents: [made.key] })
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'running', message: 'project-one is being started already' } })
    expect((await restoring).failed).toMatchObject([{ agent: 'project-one', kind: 'running' }])
    const [now] = await list()
    expect(now).toMatchObject({ status: 'running', sessions: [{ exited: false }] })
    process.kill(now!.sessions[0]!.pid, 0)
    expect(world.hub.ptyhost.sessions.size).toBe(1)
  })

  test('Leaves out an agent that was deleted meanwhile, and goes on with the next', async () => {
    const [first, second] = [await ended('one'), await ended('two')]
    await world.eval('wanted = records.agents()')
    await remove(first)
    const { restored, failed } = await restore('wanted')
    expect(restored.map(({ key }) => key)).toEqual([second.key])
    expect(failed).toEqual([{ agent: first.key, message: 'project-one was deleted meanwhile', kind: 'deleted' }])
    expect(existsSync(first.worktree_path)).toBe(false)
  })

  test('Of one that breaks off keeps no other from it, and can be tried again', async () => {
    const [first, second] = [await ended('one'), await ended('two')]
    const allow = refuse(
      `BEFORE UPDATE OF status ON agents WHEN old.id = '${first.id}' AND new.status = 'spawning_ptys'`,
    )
    const { restored, failed } = await restore('records.agents()')
    expect(restored.map(({ key }) => key)).toEqual([second.key])
    expect(failed).toMatchObject([{ agent: first.key, message: expect.stringContaining('disk is full') }])
    allow()
    expect((await restore(`{ records.agent("${first.id}") }`)).restored).toMatchObject([{ status: 'running' }])
  })

  test('Starts a program anew that had nothing to resume, once its other sessions are started', async () => {
    const script = '#!/bin/sh\ncase "$*" in *--continue*) exit 1;; esac\nexec sleep 1000\n'
    await writeFile(path('claude'), script, { mode: 0o755 })
    const made = await create({ branch: 'one', command: path('claude') })
    await world.command('add_session', { agent: made.key, name: 'shell' })
    await world.eval(`for _, session in ipairs(records.sessions()) do pty.get(session.id):kill() end`)
    await until(async () => (await statusOf(made)) === 'exited', 'its end')
    await world.eval(`starts = 0
      hooks.intercept("filter_agent_env", "slow", function(env)
        starts = starts + 1
        while starts == 2 and records.session("${made.id}/agent").status ~= "exited" do
          events.wait("process_exited", 0.05)
        end
        return env
      end, { timeout_ms = 30000 })`)
    expect((await world.command<Restored>('restore_agents', { agents: [made.key] })).failed).toEqual([])
    await until(async () => (await list())[0]!.sessions.every(({ exited }) => !exited), 'both to run')
    expect(await statusOf(made)).toBe('running')
  })

  test('Keeps the session of a program that could not be written down as running', async () => {
    const made = await ended('one')
    const allow = refuse(`BEFORE INSERT ON sessions WHEN new.status = 'starting'`)
    await expect(world.command('restart_session', { agent: made.key })).rejects.toThrow('disk is full')
    allow()
    expect(await world.command('restart_session', { agent: made.key })).toMatchObject({ status: 'running' })
  })
})

describe('Creating an agent', () => {
  test('Leaves nothing behind when there is no place for its worktree', async () => {
    await writeFile(world.repository.base, 'a file in its place')
    await expect(create({ branch: 'one' })).rejects.toMatchObject({ code: 'no_directory' })
    expect([await list(), await branches('one')]).toEqual([[], ''])
  })

  test('Leaves nothing behind when the records break it off', async () => {
    for (const column of ['port_base', 'worktree_path']) {
      const allow = refuse(`BEFORE UPDATE OF ${column} ON agents`)
      await expect(create({ branch: 'one' })).rejects.toThrow('project-one was not created: ')
      allow()
      expect([await list(), await branches('one')]).toEqual([[], ''])
      expect(existsSync(join(world.repository.base, 'project-one'))).toBe(false)
    }
    expect(await create({ branch: 'one' })).toMatchObject({ key: 'project-one', status: 'running' })
  })

  test('Takes no worktree back that another has entered meanwhile', async () => {
    await waitingScript('workspace_setup')
    const creating = create({ branch: 'one', command: ['/does/not/exist'] }).catch((error: Error) => error)
    await begun()
    const other = await create({ from_worktree: join(world.repository.base, 'project-one'), name: 'other' })
    await go()
    expect(await creating).toMatchObject({ code: 'spawn_failed' })
    expect(await list()).toMatchObject([{ id: other.id, status: 'running' }])
    expect(existsSync(join(other.worktree_path, 'README.md'))).toBe(true)
  })

  test('Goes on when the plugin that asked for it is reloaded meanwhile, and so does deleting one', async () => {
    const source = `commands.register('make', function() return require('lib.agent').create{ branch = 'one' } end)
      commands.register('drop', function() return require('lib.agent').delete('one', { delete_worktree = true }) end)
      return {}`
    await world.eval(`assert(loader.load_plugin("${await world.writeLua('asks.lua', source)}", "asks"))`)
    for (const [name, script] of [
      ['make', 'workspace_setup'],
      ['drop', 'workspace_teardown'],
    ] as const) {
      await waitingScript(script)
      const asked = world.command(name).catch((error: Error) => error)
      await begun()
      await world.eval('assert(loader.reload_plugin("asks"))')
      expect(await asked).toBeInstanceOf(Error)
      await go()
      if (name === 'make') await until(async () => (await list())[0]?.status === 'running', 'the agent')
      else await until(async () => (await list()).length === 0, 'its end')
      await world.eval(`for _, name in ipairs{ "go", "begun" } do os.remove("${world.userDirectory}/" .. name) end`)
    }
    expect(existsSync(join(world.repository.base, 'project-one'))).toBe(false)
  })
})

describe('Deleting an agent', () => {
  test('Can be tried again when the records break it off', async () => {
    const made = await create({ branch: 'one' })
    const allow = refuse('BEFORE DELETE ON agents')
    await expect(remove(made)).rejects.toThrow(/project-one was not deleted: .*disk is full/)
    expect(await statusOf(made)).toBe('failed')
    allow()
    await remove(made)
    expect(await list()).toEqual([])
  })

  test('Can be tried again even when not that could be written down', async () => {
    const made = await create({ branch: 'one' })
    const allow = refuse(`BEFORE UPDATE OF status ON agents WHEN old.status = 'stopping'`)
    await expect(remove(made)).rejects.toThrow('disk is full')
    allow()
    await remove(made)
    expect(await list()).toEqual([])
  })

  test('Lets nobody into the worktree that goes with it', async () => {
    await waitingScript('workspace_teardown')
    const made = await create({ branch: 'one' })
    const removing = remove(made, { force: true })
    await begun()
    for (const options of [{ from_worktree: made.worktree_path }, { branch: 'one', on_taken: 'reuse' }]) {
      await expect(create(options)).rejects.toMatchObject({
        code: 'busy',
        message: `project-one is being deleted, and ${made.worktree_path} with it`,
      })
    }
    await expect(world.command('restart_session', { agent: made.key })).rejects.toMatchObject({ code: 'busy' })
    await expect(world.command('add_session', { agent: made.key })).rejects.toMatchObject({ code: 'deleted' })
    await go()
    await removing
    expect([await list(), existsSync(made.worktree_path)]).toEqual([[], false])
  })

  test('Keeps a worktree in which another is found in the end, with its work', async () => {
    await waitingScript('workspace_teardown')
    const made = await create({ branch: 'one' })
    const removing = remove(made, { force: true })
    await begun()
    await writeFile(join(made.worktree_path, 'notes.txt'), 'mine')
    await world.eval(`local path = "${made.worktree_path}"
      records.add_agent{ id = records.new_id(), key = "other", name = "other", cwd = path, worktree_path = path }`)
    await go()
    await expect(removing).rejects.toMatchObject({ code: 'in_use', message: expect.stringContaining('other works in') })
    expect(await readFile(join(made.worktree_path, 'notes.txt'), 'utf8')).toBe('mine')
    expect(await statusOf(made)).toBe('failed')
  })

  test('Is done once, however many want it at the same time', async () => {
    await waitingScript('workspace_teardown')
    const made = await create({ branch: 'one' })
    const both = Promise.allSettled([remove(made), remove(made)])
    await begun()
    await go()
    const [first, second] = await both
    expect(first!.status).toBe('fulfilled')
    expect(second).toMatchObject({ reason: { code: 'busy', message: 'project-one is being deleted already' } })
    expect(await lines('begun')).toHaveLength(1)
  })

  test('Ends the program of one that was still being created when a hook began to think it over', async () => {
    await world.eval(`hooks.intercept("before_agent_delete", "slow", function(asked)
        while records.agent(asked.agent_id).status ~= "running" do events.wait("agents_changed", 0.05) end
        return asked
      end, { timeout_ms = 30000 })`)
    const creating = create({ branch: 'one' })
    const [made] = await until(async () => {
      const agents = await list()
      return agents.length > 0 && agents
    }, 'the record')
    expect(made!.status).toBe('creating_worktree')
    await Promise.all([creating, world.command('delete_agent', { agent: made!.id })])
    expect([await list(), world.hub.ptyhost.sessions.size]).toEqual([[], 0])
  })
})
