import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { makeWorld, until, type World } from './world.ts'

interface Session {
  readonly name: string
  readonly session_id: string
  readonly pid: number
  readonly exited: boolean
  readonly exit_code?: number
}

interface Agent {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly display_name: string
  readonly branch_name?: string
  readonly worktree_path?: string
  readonly in_worktree: boolean
  readonly status: string
  readonly state: string
  readonly git?: unknown
  readonly cwd: string
  readonly sessions: Session[]
  readonly notification: boolean
}

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const create = (options: Record<string, unknown>) => world.command<Agent>('create_agent', options)
const list = async () => (await world.command<{ agents: Agent[] }>('list_agents')).agents
const agent = async (key: string) => (await list()).find((one) => one.key === key)!
const screen = async (key: string) => (await world.command<{ text: string }>('screen', { agent: key })).text
const shows = (key: string, text: string) =>
  until(async () => (await screen(key)).includes(text), `'${text}' on screen`)

describe('Creating an agent', () => {
  test('Gives it a new branch in a worktree of its own, and runs its command there', async () => {
    const made = await create({ branch: 'feature/login', command: 'pwd; git branch --show-current; sleep 100' })
    expect(made).toMatchObject({
      key: 'project-feature-login',
      name: 'feature/login',
      branch_name: 'feature/login',
      in_worktree: true,
      status: 'running',
      sessions: [{ name: 'agent', session_id: `${made.id}/agent`, exited: false }],
    })
    expect(made.worktree_path).toBe(join(world.repository.base, 'project-feature-login'))
    await shows(made.key, 'project-feature-login')
    await shows(made.key, 'feature/login')
    expect(await list()).toHaveLength(1)
    expect(world.errors()).toEqual([])
  })

  test('Takes a bare number for an issue', async () => {
    expect(await create({ issue_or_branch: '42', command: 'sleep 100' })).toMatchObject({
      branch_name: 'botster-issue-42',
      key: 'project-botster-issue-42',
    })
  })

  test('Runs in the main checkout without a worktree, under the name it is given', async () => {
    const made = await create({ worktree: false, name: 'scratch pad', command: 'pwd; sleep 100' })
    expect(made).toMatchObject({ key: 'project-scratch-pad', name: 'scratch pad', in_worktree: false })
    expect(made.worktree_path).toBeUndefined()
    await shows(made.key, world.repository.root)
  })

  test('Numbers keys that are taken', async () => {
    const first = await create({ worktree: false, name: 'one', command: 'sleep 100' })
    const second = await create({ worktree: false, name: 'one', command: 'sleep 100' })
    expect([first.key, second.key]).toEqual(['project-one', 'project-one-2'])
  })

  test('Tells programs where they are, and what terminal they have', async () => {
    const command =
      'echo "$BOTSTER_AGENT_KEY $BOTSTER_WORKTREE_PATH $BOTSTER_HUB_ID $TERM $COLORTERM"; command -v botster; sleep 100'
    const made = await create({ branch: 'env', command, cols: 300 })
    const { hub } = world
    await shows(made.key, `project-env ${made.worktree_path} ${hub.id} xterm-256color truecolor`)
    await shows(made.key, '/bin/botster')
  })

  test('Remembers how a command ended, until the agent is deleted', async () => {
    const made = await create({ worktree: false, name: 'brief', command: 'echo done; exit 7' })
    const ended = await until(async () => {
      const now = await agent(made.key)
      return now.status === 'exited' && now
    }, 'the exit')
    expect(ended.sessions[0]).toMatchObject({ exited: true, exit_code: 7 })
    expect(await screen(made.key)).toContain('done')
    await world.command('delete_agent', { agent: made.key })
    expect(await list()).toEqual([])
  })

  test('Says why git refused, and leaves nothing behind', async () => {
    await expect(create({ branch: 'bad..name' })).rejects.toThrow(/bad\.\.name/)
    expect(await list()).toEqual([])
    expect(existsSync(join(world.repository.base, 'project-bad..name'))).toBe(false)
  })

  test('Takes everything back when its program cannot be started', async () => {
    await expect(create({ worktree: false, name: 'nowhere', cwd: '/does/not/exist' })).rejects.toMatchObject({
      code: 'spawn_failed',
    })
    await expect(create({ branch: 'nothing', command: ['/does/not/exist'] })).rejects.toThrow('/does/not/exist')
    expect(await list()).toEqual([])
    expect(existsSync(join(world.repository.base, 'project-nothing'))).toBe(false)
    expect(await world.repository.git(['branch', '--list', 'nothing'])).toBe('')
  })

  test('Is called off by deleting it meanwhile', async () => {
    const creating = create({ branch: 'regretted', command: 'sleep 1000' })
    const [made] = await until(async () => {
      const agents = await list()
      return agents.length > 0 && agents
    }, 'the record')
    expect(made!.status).toBe('creating_worktree')
    await world.command('delete_agent', { agent: made!.key })
    await expect(creating).rejects.toThrow('was deleted while it was being created')
    expect(existsSync(join(world.repository.base, 'project-regretted'))).toBe(false)
    expect(world.hub.ptyhost.sessions.size).toBe(0)
  })

  test('Takes up the worktree again that an ended agent left behind for its branch', async () => {
    const first = await create({ branch: 'again', command: 'sleep 100' })
    await writeFile(join(first.worktree_path!, 'draft.txt'), 'mine')
    await expect(create({ branch: 'again', command: 'sleep 100' })).rejects.toThrow('already checked out')
    await world.command('delete_agent', { agent: first.key })
    const second = await create({ branch: 'again', command: 'cat draft.txt; sleep 100' })
    expect(second).toMatchObject({ key: first.key, worktree_path: first.worktree_path, branch_name: 'again' })
    await shows(second.key, 'mine')
  })

  test('Opens a worktree that exists', async () => {
    const path = join(world.repository.directory, 'elsewhere')
    await world.repository.git(['worktree', 'add', '-q', '-b', 'mine', path])
    const made = await create({ from_worktree: path, command: 'sleep 100' })
    expect(made).toMatchObject({ branch_name: 'mine', worktree_path: path, in_worktree: true })
    await expect(
      world.command('delete_agent', { agent: made.key, delete_worktree: true, force: true }),
    ).rejects.toMatchObject({ code: 'outside_base' })
    expect((await agent(made.key)).status).toBe('running')
  })

  test('Types the prompt once the program takes input', async () => {
    const made = await create({
      worktree: false,
      name: 'ask',
      prompt: 'what is new',
      command: 'printf "> "; read line; echo "got: $line"; sleep 100',
    })
    await shows(made.key, 'got: what is new')
  })
})

describe('Finding an agent', () => {
  test('Takes a key, a name or the beginning of one, and says what fits when several do', async () => {
    const made = await create({ worktree: false, name: 'alpha', command: 'sleep 100' })
    await create({ worktree: false, name: 'alpine', command: 'sleep 100' })
    for (const ref of ['alpha', 'project-alpha', 'alph', made.id]) {
      expect(await world.command('rename_agent', { agent: ref, name: 'alpha' })).toMatchObject({ id: made.id })
    }
    await expect(world.command('screen', { agent: 'al' })).rejects.toThrow(
      "'al' fits several agents: project-alpha, project-alpine",
    )
    await expect(world.command('screen', { agent: 'nobody' })).rejects.toThrow(
      "no agent 'nobody': there are project-alpha, project-alpine",
    )
  })

  test('Shows the new name after a rename, while the key stays', async () => {
    const made = await create({ branch: 'fix', command: 'sleep 100' })
    await world.command('rename_agent', { agent: made.key, name: 'The big fix' })
    expect(await agent(made.key)).toMatchObject({
      name: 'The big fix',
      display_name: 'The big fix',
      key: 'project-fix',
    })
    await expect(world.command('rename_agent', { agent: made.key, name: '  ' })).rejects.toThrow(
      'at least one character',
    )
  })
})

describe('Deleting an agent', () => {
  test('Ends its programs and keeps the worktree', async () => {
    const made = await create({ branch: 'keep', command: 'sleep 1000' })
    await world.command('delete_agent', { agent_id: made.id })
    expect(await list()).toEqual([])
    expect(existsSync(made.worktree_path!)).toBe(true)
    expect(() => process.kill(made.sessions[0]!.pid, 0)).toThrow('ESRCH')
    expect(world.hub.ptyhost.sessions.size).toBe(0)
  })

  test('Takes an untouched worktree along without force, and its branch when asked', async () => {
    const made = await create({ branch: 'untouched', command: 'sleep 1000' })
    await world.command('delete_agent', { agent: made.key, delete_worktree: true, delete_branch: true })
    expect(existsSync(made.worktree_path!)).toBe(false)
    expect(await world.repository.git(['branch', '--list', 'untouched'])).toBe('')
  })

  test('Refuses while there is uncommitted work, names the files, and ends nothing', async () => {
    const made = await create({ branch: 'busy', command: 'sleep 1000' })
    await writeFile(join(made.worktree_path!, 'notes.txt'), 'mine')
    await expect(world.command('delete_agent', { agent: made.key, delete_worktree: true })).rejects.toThrow('notes.txt')
    expect((await agent(made.key)).status).toBe('running')
    process.kill(made.sessions[0]!.pid, 0)
    expect(await readFile(join(made.worktree_path!, 'notes.txt'), 'utf8')).toBe('mine')
    await world.command('delete_agent', { agent: made.key, delete_worktree: true, force: true })
    expect(existsSync(made.worktree_path!)).toBe(false)
  })

  test('Leaves a worktree alone in which another agent works', async () => {
    const made = await create({ branch: 'shared', command: 'sleep 1000' })
    const other = await create({ from_worktree: made.worktree_path, name: 'other', command: 'sleep 1000' })
    await expect(world.command('delete_agent', { agent: made.key, delete_worktree: true })).rejects.toThrow(other.key)
  })
})

describe('Sessions', () => {
  test('Come and go beside the first one, which goes only with its agent', async () => {
    const made = await create({ worktree: false, name: 'many', command: 'sleep 1000' })
    const two = await world.command<Agent>('add_session', { agent: made.key, name: 'shell' })
    expect(two.sessions.map(({ name }) => name)).toEqual(['agent', 'shell'])
    const three = await world.command<Agent>('add_session', { agent: made.key, name: 'shell' })
    expect(three.sessions.map(({ name }) => name)).toEqual(['agent', 'shell', 'shell-2'])
    await world.command('remove_session', { agent: made.key, name: 'shell-2' })
    await world.command('remove_session', { agent: made.key, name: 'shell' })
    expect((await agent(made.key)).sessions).toHaveLength(1)
    await expect(world.command('remove_session', { agent: made.key, name: 'agent' })).rejects.toThrow(
      'delete the agent',
    )
  })

  test('Starts the program of one again that has ended, beside those that run, with its old text above', async () => {
    const made = await create({ branch: 'work', command: 'echo round; read x; exit 3' })
    await world.command('add_session', { agent: made.key, name: 'shell' })
    await expect(world.command('restart_session', { agent: made.key })).rejects.toThrow(
      'agent of project-work is running',
    )
    await expect(world.command('restart_session', { agent: made.key, name: 'web' })).rejects.toThrow("no session 'web'")
    const before = (await agent(made.key)).sessions.find(({ name }) => name === 'shell')!.pid
    await shows(made.key, 'round')
    await world.command('send', { agent: made.key, text: '\r' })
    await until(async () => (await agent(made.key)).sessions[0]!.exited, 'the exit')
    const again = await world.command<Agent>('restart_session', { agent: made.key, name: 'agent', rows: 5, cols: 40 })
    expect(again).toMatchObject({
      status: 'running',
      sessions: [
        { name: 'agent', exited: false },
        { name: 'shell', pid: before },
      ],
    })
    await shows(made.key, 'round')
    expect(world.errors()).toEqual([])
  })

  test('Take text that is sent to them', async () => {
    const made = await create({ worktree: false, name: 'typed', command: 'cat' })
    await world.command('send', { agent: made.key, text: 'hello there', enter: true })
    await until(async () => (await screen(made.key)).split('hello there').length === 3, 'cat to repeat it')
  })
})

describe('A hub that starts again', () => {
  test('Finds agents running under the same id, key and name', async () => {
    const made = await create({ branch: 'survivor', command: 'echo $$; sleep 1000' })
    await world.command('rename_agent', { agent: made.key, name: 'Old friend' })
    const before = await until(async () => {
      const now = await agent(made.key)
      return now.state === 'idle' && now.git !== undefined && now
    }, 'the program to be seen waiting, and its worktree to be looked at')
    await world.restart()
    await eventually(async () => expect(await agent(made.key)).toEqual(before))
    expect(before.status).toBe('running')
    process.kill(made.sessions[0]!.pid, 0)
    await world.command('delete_agent', { agent: 'Old friend', delete_worktree: true })
    expect(await list()).toEqual([])
  })

  test('Still lists an agent that ended meanwhile, with its exit code and screen', async () => {
    const made = await create({ worktree: false, name: 'gone', command: 'echo farewell; read x; exit 3' })
    await shows(made.key, 'farewell')
    await world.command('send', { agent: made.key, text: '', enter: true })
    await until(async () => (await agent(made.key)).status === 'exited', 'the exit')
    await world.restart()
    expect(await agent(made.key)).toMatchObject({ status: 'exited', sessions: [{ exit_code: 3, exited: true }] })
    expect(await screen(made.key)).toContain('farewell')
  })
})

test('A program that wants attention marks its agent, until somebody looks', async () => {
  const made = await create({
    worktree: false,
    name: 'loud',
    command: 'printf "\\033]9;build is done\\007"; sleep 1000',
  })
  await until(async () => (await agent(made.key)).notification, 'the mark')
  await world.command('clear_notification', { agent_id: made.id })
  expect((await agent(made.key)).notification).toBe(false)
})

test('The title a program sets is what clients show', async () => {
  const made = await create({ worktree: false, command: 'printf "\\033]2;reading mail\\007"; sleep 1000' })
  await until(async () => (await agent(made.key)).display_name === 'reading mail', 'the title')
})
