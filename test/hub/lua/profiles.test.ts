import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

interface Agent {
  readonly id: string
  readonly key: string
  readonly status: string
  readonly error?: string
  readonly profile_name?: string
  readonly worktree_path: string
  readonly sessions: { readonly name: string; readonly session_id: string }[]
}

let world: World
beforeEach(async () => {
  world = await makeWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

async function configure(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(world.userDirectory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

const create = (options: Record<string, unknown>) => world.command<Agent>('create_agent', options)
const list = async () => (await world.command<{ agents: Agent[] }>('list_agents')).agents
const shows = (key: string, text: string, session?: string) =>
  until(async () => {
    const shown = await world.command<{ text: string }>('screen', { agent: key, session, history: 200 })
    return shown.text.includes(text)
  }, `'${text}' on screen`)

describe('Ready profiles', () => {
  test('Run a program, when it is there; else they say how to install it, and make nothing', async () => {
    await expect(create({ branch: 'x', profile_name: 'opencode', env: { PATH: '/nowhere' } })).rejects.toMatchObject({
      code: 'program_missing',
      message: expect.stringContaining('npm install -g opencode-ai'),
    })
    expect(await list()).toEqual([])
    const bin = join(world.repository.directory, 'fakes')
    await mkdir(bin)
    await writeFile(join(bin, 'claude'), '#!/bin/sh\necho "I am claude $*"; sleep 100\n')
    await chmod(join(bin, 'claude'), 0o755)
    const made = await create({ branch: 'y', profile_name: 'claude', env: { PATH: `${bin}:${process.env.PATH}` } })
    expect(made.profile_name).toBe('claude')
    await shows(made.key, 'I am claude')
    const { programs } = await world.command<{ programs: { name: string }[] }>('list_programs')
    expect(programs.map(({ name }) => name)).toEqual(['aider', 'claude', 'codex', 'gemini', 'opencode', 'shell'])
  })

  test('Give way to the user’s own of the same name', async () => {
    await configure({ 'profiles/claude/command': '# mine\necho my own claude; sleep 100\n' })
    await shows((await create({ branch: 'x', profile_name: 'claude' })).key, 'my own claude')
  })

  test('Know how a program is resumed, and leave what is more than a program as it is', async () => {
    const resumed = (command: string) => world.eval(`return require('lib.programs').resumed([[${command}]])`)
    for (const [command, wanted] of [
      ['claude', 'claude --continue'],
      ['FOO=1 /opt/bin/claude --model "a b"', 'FOO=1 /opt/bin/claude --model "a b" --continue'],
      ['claude --continue', 'claude --continue'],
      ['codex --full-auto', 'codex resume --last --full-auto'],
      ['gemini', 'gemini --resume latest'],
      ['claude | tee log', 'claude | tee log'],
      ['vim', 'vim'],
    ] as const) {
      expect(await resumed(command)).toBe(wanted)
    }
  })

  test('Tell of a known program that the shell does not find', async () => {
    await create({ worktree: false, name: 'x', command: 'aider', env: { PATH: '/nowhere' } })
    await until(() => world.errors().some((error) => error.includes('pip install aider-install')), 'the advice')
  })
})

describe('What a profile says', () => {
  test('Are variables of every session, the last layer’s first', async () => {
    await configure({
      'shared/environment': '# all\nexport A=shared\nB="two words"\nnonsense\n',
      'profiles/p/environment': 'A=profile\n',
      'profiles/p/sessions/server/initialization': '',
    })
    const made = await create({ branch: 'x', command: 'echo "<$A $B>"; sleep 100' })
    await shows(made.key, '<profile two words>')
    await world.command('send', { agent: made.key, session: 'server', text: 'echo "[$A $B]"', enter: true })
    await shows(made.key, '[profile two words]', 'server')
    expect(world.log.map(({ msg }) => msg)).toContainEqual(expect.stringMatching(/environment:4 says nothing/))
  })

  test('Is a setup that runs before the program, in a session of its own while it lasts', async () => {
    await configure({ 'shared/workspace_setup': 'echo "port $PORT"; [ -f go ] || sleep 0.2; echo made > built.txt\n' })
    const made = await create({ branch: 'x', command: 'cat built.txt; sleep 100' })
    await shows(made.key, 'made')
    expect(made.sessions.map(({ name }) => name)).toEqual(['agent'])
    expect(world.errors()).toEqual([])
  })

  test('Is honoured when the setup fails: its output stays to be read, and nothing else is started', async () => {
    await configure({ 'shared/workspace_setup': 'echo cannot find the parts; exit 3\n' })
    await expect(create({ branch: 'x', command: 'sleep 100' })).rejects.toMatchObject({
      code: 'setup_failed',
      message: expect.stringMatching(/workspace_setup ended with 3: cannot find the parts/),
    })
    const [failed] = await list()
    expect(failed).toMatchObject({ status: 'failed', sessions: [{ name: 'setup' }] })
    await shows(failed!.key, 'cannot find the parts', 'setup')
    await world.command('delete_agent', { agent: failed!.key, delete_worktree: true })
    expect(await list()).toEqual([])
  })

  test('Is honoured when it takes too long', async () => {
    await world.eval(`return config.set('workspace_timeout', 0.3)`)
    await configure({ 'shared/workspace_setup': 'sleep 100\n' })
    await expect(create({ branch: 'x' })).rejects.toThrow(/took longer than/)
  })

  test('Is honoured when the teardown fails: the worktree stays unless forced', async () => {
    await configure({ 'shared/workspace_teardown': 'echo the database is busy; exit 4\n' })
    const made = await create({ branch: 'x', command: 'sleep 100' })
    await expect(world.command('delete_agent', { agent: made.key, delete_worktree: true })).rejects.toMatchObject({
      message: expect.stringMatching(/ended with 4: the database is busy/),
    })
    expect(await readFile(join(made.worktree_path, 'README.md'), 'utf8')).toBe('hello\n')
    await world.command('delete_agent', { agent: made.key, delete_worktree: true, force: true })
    expect(await list()).toEqual([])
  })
})

test('records.saved_history: is the file of what a terminal showed, until its agent is deleted', async () => {
  const made = await create({ branch: 'x', command: 'echo something to keep; sleep 100' })
  const id = made.sessions[0]!.session_id
  const path = await until(() => world.eval<string>(`return records.saved_history('${id}')`), 'the file')
  expect(await readFile(path, 'utf8')).toContain('something to keep')
  await world.command('delete_agent', { agent: made.key })
  expect(await world.eval(`return records.saved_history('${id}')`)).toBeUndefined()
})

test('records.keep_history: writes what a terminal shows at this moment', async () => {
  const made = await create({ branch: 'x', command: 'cat' })
  const id = made.sessions[0]!.session_id
  for (const word of ['first', 'second']) {
    await world.command('send', { agent: made.key, text: `${word} word\r` })
    const kept = async () => {
      const [done, path] = await world.eval<[boolean, string]>(
        `return { records.keep_history('${id}'), records.saved_history('${id}') }`,
      )
      return done && (await readFile(path, 'utf8')).includes(`${word} word`)
    }
    await until(kept, word)
  }
})
