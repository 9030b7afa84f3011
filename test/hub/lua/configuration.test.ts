import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

interface Session {
  readonly name: string
  readonly port?: number
  readonly port_forward: boolean
}

interface Agent {
  readonly key: string
  readonly profile_name?: string
  readonly worktree_path?: string
  readonly sessions: Session[]
}

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** Whether a server could have the port, which may be another's for a moment. */
function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
}

/** Writes files below `~/.botster`. */
async function configure(files: Record<string, string>, root = world.userDirectory): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

const create = (options: Record<string, unknown>) => world.command<Agent>('create_agent', options)
const screen = async (key: string, session?: string) =>
  (await world.command<{ text: string }>('screen', { agent: key, session })).text
const shows = (key: string, text: string, session?: string) =>
  until(async () => (await screen(key, session)).includes(text), `'${text}' on screen`)
const resolve = (profile: string) => world.eval(`return require("lib.config_resolver").resolve(${profile})`)

describe('Profiles', () => {
  test('There are none at first, and sessions are one shell', async () => {
    expect(await world.command('list_profiles')).toEqual({ profiles: [] })
    expect(await resolve('nil')).toEqual({
      profile: '',
      sessions: [{ name: 'agent', port_forward: false }],
      plugins: {}, // an empty Lua table
    })
  })

  test('The only one is taken by itself, and "" takes none', async () => {
    await configure({ 'profiles/work/sessions/server/initialization': 'echo hello' })
    expect(await world.command('list_profiles')).toEqual({ profiles: ['work'] })
    const made = await create({ worktree: false, name: 'a' })
    expect([made.profile_name, made.sessions.map(({ name }) => name)]).toEqual(['work', ['agent', 'server']])
    const plain = await create({ worktree: false, name: 'b', profile_name: '' })
    expect([plain.profile_name, plain.sessions.map(({ name }) => name)]).toEqual([undefined, ['agent']])
  })

  test('Of several one must be named, and it must be there; nothing is made otherwise', async () => {
    await configure({ 'profiles/b/x': '', 'profiles/a/x': '', 'profiles/.hidden/x': '', 'profiles/file': '' })
    expect(await world.command('list_profiles')).toEqual({ profiles: ['a', 'b'] })
    await expect(create({ branch: 'x' })).rejects.toMatchObject({
      code: 'profile_needed',
      message: 'which profile? There are a, b; "" is none of them',
    })
    await expect(create({ branch: 'x', profile_name: 'c' })).rejects.toMatchObject({
      code: 'no_profile',
      message: "no profile 'c': there are a, b",
    })
    expect(existsSync(join(world.repository.base, 'project-x'))).toBe(false)
    expect(await create({ branch: 'x', profile_name: 'b' })).toMatchObject({ profile_name: 'b' })
  })

  test('Says something over the shared configuration, which it lays itself over by name', async () => {
    await configure({
      'shared/sessions/zeta/initialization': 'shared',
      'shared/sessions/alpha/initialization': 'shared',
      'shared/sessions/alpha/port_forward': '',
      'shared/sessions/agent/initialization': 'shared',
      'shared/sessions/nothing/port_forward': '',
      'shared/sessions/bad name/initialization': '',
      'shared/workspace_include': '',
      'shared/plugins/p/init.lua': '',
      'shared/plugins/only_ui/ui/layout.lua': '',
      'shared/plugins/bad.name/init.lua': '',
      'profiles/work/sessions/alpha/initialization': 'profile',
      'profiles/work/workspace_teardown': '',
      'profiles/work/plugins/p/init.lua': '',
      'profiles/work/plugins/q/init.lua': '',
      'profiles/other/plugins/q/init.lua': '',
    })
    const at = (path: string) => join(world.userDirectory, path)
    expect(await resolve('"work"')).toEqual({
      profile: 'work',
      sessions: [
        { name: 'agent', port_forward: false, initialization: at('shared/sessions/agent/initialization') },
        { name: 'alpha', port_forward: false, initialization: at('profiles/work/sessions/alpha/initialization') },
        { name: 'zeta', port_forward: false, initialization: at('shared/sessions/zeta/initialization') },
      ],
      plugins: [
        { name: 'p', init_path: at('profiles/work/plugins/p/init.lua') },
        { name: 'q', init_path: at('profiles/work/plugins/q/init.lua') },
      ],
      workspace_include: at('shared/workspace_include'),
      workspace_teardown: at('profiles/work/workspace_teardown'),
    })
    expect((await resolve('""')) as object).toMatchObject({
      sessions: [{}, { initialization: at('shared/sessions/alpha/initialization'), port_forward: true }, {}],
      plugins: [{ name: 'p', init_path: at('shared/plugins/p/init.lua') }],
    })
    const warned = world.log.filter(({ level }) => level === 40).map(({ msg }) => msg)
    expect(warned).toContainEqual(expect.stringContaining('bad name is no session'))
    expect(warned).toContainEqual(expect.stringContaining('bad.name/init.lua is not loaded'))
  })

  test('A repository’s configuration says nothing and runs nothing before it is trusted', async () => {
    const marker = join(world.userDirectory, 'ran')
    const hostile = {
      'shared/sessions/agent/initialization': `touch ${marker}`,
      'shared/sessions/evil/initialization': `touch ${marker}`,
      'shared/plugins/evil/init.lua': `fs.write('${marker}', '')`,
      'shared/workspace_teardown': `touch ${marker}`,
      'profiles/evil/sessions/evil/initialization': `touch ${marker}`,
      'lua/user/init.lua': `fs.write('${marker}', '')`,
    }
    await configure(hostile, join(world.repository.root, '.botster'))
    await world.repository.git(['add', '-Af'])
    await world.repository.git(['commit', '-qm', 'hostile'])
    await world.restart()
    expect(await world.command('list_profiles')).toEqual({ profiles: [] })
    const made = await create({ branch: 'visit' })
    expect(made.sessions.map(({ name }) => name)).toEqual(['agent'])
    await world.command('send', { agent: made.key, text: 'echo here $((6 * 7))', enter: true })
    await shows(made.key, 'here 42')
    await world.command('delete_agent', { agent: made.key, delete_worktree: true })
    expect(existsSync(marker)).toBe(false)
  })
})

describe('Sessions', () => {
  test('The shell of a session has sourced its initialization', async () => {
    await configure({
      'shared/sessions/agent/initialization': 'MINE="from $BOTSTER_AGENT_KEY"; greet() { echo "hello $MINE"; }',
      "shared/sessions/it's/initialization": 'never: the name is none',
    })
    const made = await create({ worktree: false, name: 'one' })
    await world.command('send', { agent: made.key, text: 'greet', enter: true })
    await shows(made.key, 'hello from project-one')
  })

  test('So has the one that runs a command, as text or as a list', async () => {
    await configure({ 'shared/sessions/agent/initialization': 'export MINE=$((40 + 2)); say() { echo "say $1"; }' })
    const text = await create({ worktree: false, name: 'text', command: 'say $MINE; sleep 100' })
    await shows(text.key, 'say 42')
    const list = await create({
      worktree: false,
      name: 'list',
      command: ['sh', '-c', 'echo "$0 $MINE"; sleep 100', 'a b'],
    })
    await shows(list.key, 'a b 42')
  })

  test('A path with quotes and blanks is sourced too', async () => {
    await configure({ "profiles/it's me/sessions/agent/initialization": 'echo sourced $((1 + 1))' })
    const made = await create({ worktree: false, name: 'quotes' })
    await shows(made.key, 'sourced 2')
  })

  test('records.free_port: each session with a port_forward gets a port of its own, that nobody listens on', async () => {
    const server = createServer()
    onTestFinished(() => void server.close())
    // Hubs that run beside hold the port for a moment while they look whether it is free.
    await expect.poll(() => listens(server, 8080)).toBe(true)
    await configure({
      'shared/sessions/server/initialization': 'echo "port $PORT"',
      'shared/sessions/server/port_forward': '',
    })
    const [one, two] = await Promise.all([
      create({ worktree: false, name: 'one' }),
      create({ worktree: false, name: 'two' }),
    ])
    const ports = [one, two].map(({ sessions }) => sessions.find(({ name }) => name === 'server')?.port)
    expect(new Set(ports).size).toBe(2)
    for (const port of ports) expect(port).toBeGreaterThan(8080)
    await shows(one.key, `port ${ports[0]}`, 'server')
    expect(one.sessions[0]).toMatchObject({ name: 'agent', port_forward: false })
    expect(one.sessions[0]!.port).toBeUndefined()
  })

  test('Are offered when one more is wanted, and started as configured', async () => {
    const made = await create({ worktree: false, name: 'one' })
    await configure({ 'shared/sessions/tests/initialization': 'echo testing $((2 + 3))' })
    expect(await world.command('list_session_types', { agent: made.key })).toEqual({
      session_types: [
        { name: 'tests', description: 'From your configuration', port_forward: false },
        { name: 'shell', description: 'An interactive shell', port_forward: false },
      ],
    })
    await world.command('add_session', { agent: made.key, name: 'tests' })
    await shows(made.key, 'testing 5', 'tests')
  })
})

describe('Worktrees', () => {
  test('Get what the include list names, which does not count as work, and are torn down before they go', async () => {
    await world.repository.write(join(world.repository.root, '.env'), 'SECRET=1')
    await world.repository.write(join(world.repository.root, '.gitignore'), '.env\n')
    await world.repository.git(['add', '-A'])
    await world.repository.git(['commit', '-qm', 'ignore'])
    const seen = join(world.userDirectory, 'seen')
    await configure({
      'shared/workspace_include': '# settings\n.env\n',
      'shared/workspace_teardown': `echo "$BOTSTER_AGENT_KEY $(cat .env) $PWD" > ${seen}\n`,
    })
    const made = await create({ branch: 'include', command: 'sleep 1000' })
    expect(await readFile(join(made.worktree_path!, '.env'), 'utf8')).toBe('SECRET=1')
    await world.command('delete_agent', { agent: made.key, delete_worktree: true })
    expect(await readFile(seen, 'utf8')).toBe(`project-include SECRET=1 ${made.worktree_path}\n`)
    expect(existsSync(made.worktree_path!)).toBe(false)
    expect(world.errors()).toEqual([])
  })

  test('A teardown that is a program runs as one', async () => {
    const seen = join(world.userDirectory, 'seen')
    await configure({ 'shared/workspace_teardown': `#!/bin/sh\nbasename "$0" > ${seen}\n` })
    await chmod(join(world.userDirectory, 'shared/workspace_teardown'), 0o755)
    const made = await create({ branch: 'program', command: 'sleep 1000' })
    await world.command('delete_agent', { agent: made.key, delete_worktree: true })
    expect(await readFile(seen, 'utf8')).toBe('workspace_teardown\n')
    expect(world.errors()).toEqual([])
  })
})
