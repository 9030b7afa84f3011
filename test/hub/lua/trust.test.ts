import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../../hub/modules/index.ts'
import { expectExamplesToRunIn } from '../../modules/support/examples.ts'
import { makeWorld, until, type World } from './world.ts'

interface Status {
  readonly state: string
  readonly root?: string
  readonly hash?: string
  readonly files: number
}

let world: World
let layer: string
let marker: string
beforeEach(async () => {
  world = await makeWorld()
  layer = join(world.repository.root, '.botster')
  marker = join(world.repository.directory, 'ran')
})
afterEach(() => world[Symbol.asyncDispose]())

/** Writes files of the repository's layer. */
async function configure(files: Record<string, string>, root = layer): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

const status = () => world.command<Status>('repository_status')
const give = (options: Record<string, unknown> = {}) => world.command<Status>('trust_repository', options)
const ask = (name: string) => world.command<string>(name).catch((error: Error) => error.message)
const answers = (name: string, answer: string) => until(async () => (await ask(name)).includes(answer), answer)
const command = (name: string, answer: string) => `commands.register('${name}', function() return '${answer}' end)`

/** Everything a repository could have for botster to run; each leaves the same mark. */
const hostile = () => ({
  'shared/sessions/agent/initialization': `touch ${marker}`,
  'shared/sessions/evil/initialization': `touch ${marker}`,
  'shared/plugins/evil/init.lua': `fs.write('${marker}', '')`,
  'shared/workspace_include': '*',
  'shared/workspace_setup': `touch ${marker}`,
  'shared/workspace_teardown': `touch ${marker}`,
  'profiles/evil/sessions/evil/initialization': `touch ${marker}`,
  'profiles/evil/plugins/evil/init.lua': `fs.write('${marker}', '')`,
  'lua/user/init.lua': `fs.write('${marker}', '')`,
  'lua/user/ui/evil.lua': 'screen.notify("evil")',
  'lua/hub/init.lua': `fs.write('${marker}', '')`,
  'lua/lib/agent.lua': `fs.write('${marker}', '')`,
  'lua/handlers/agents.lua': `fs.write('${marker}', '')`,
  'lua/improvements/evil.lua': `fs.write('${marker}', '')`,
  'plugins/evil/init.lua': `fs.write('${marker}', '')`,
  'init.lua': `fs.write('${marker}', '')`,
})

async function useAgent(): Promise<void> {
  const made = await world.command<{ key: string; sessions: { name: string }[] }>('create_agent', { branch: 'visit' })
  expect(made.sessions.map(({ name }) => name)).toEqual(['agent'])
  await world.command('list_agents')
  await world.command('list_profiles')
  await world.command('send', { agent: made.key, text: 'echo here $((6 * 7))', enter: true })
  const screen = async () => (await world.command<{ text: string }>('screen', { agent: made.key })).text
  await until(async () => (await screen()).includes('here 42'), 'an answer of the shell')
  await world.command('delete_agent', { agent: made.key, delete_worktree: true })
}

describe('A repository that nobody trusts', () => {
  test('Runs nothing when the hub starts, when it is looked at, nor for its agents', async () => {
    await configure(hostile())
    await world.repository.git(['add', '-Af'])
    await world.repository.git(['commit', '-qm', 'hostile'])
    await world.restart()
    expect(await status()).toMatchObject({ state: 'untrusted', files: 16 })
    await world.command('review_repository', { path: 'init.lua' })
    expect(await world.command('list_profiles')).toEqual({ profiles: [] })
    await useAgent()
    expect(existsSync(marker)).toBe(false)
    expect(world.errors()).toEqual([])
  })

  test('Is noticed when it gets its layer while the hub runs, and runs nothing either', async () => {
    await configure(hostile())
    await until(async () => (await world.eval<Status>('return trust.status()')).state === 'untrusted', 'the notice')
    await useAgent()
    expect(existsSync(marker)).toBe(false)
  })
})

describe('A repository whose content is trusted', () => {
  test('Is in force at once, over the user’s own, and at the next start; what changes then is not', async () => {
    await configure({
      'shared/plugins/one/init.lua': command('one', 'trusted'),
      'profiles/work/sessions/server/initialization': 'echo serving',
      'lua/mine/words.lua': 'return { word = "from the repository" }',
      'lua/lib/prompt.lua': 'return { word = "overridden" }',
      'shared/plugins/two/init.lua': `local words = require('mine.words')
        commands.register('two', function() return words.word end)`,
    })
    await configure({ 'shared/plugins/one/init.lua': command('one', 'the user’s') }, world.userDirectory)
    await answers('one', 'the user’s')
    const { root } = await give()
    await answers('one', 'trusted')
    await answers('two', 'from the repository')
    const word = () => world.eval('return require("lib.prompt").word')
    await until(async () => (await word()) === 'overridden', 'the override')
    expect(await world.command('list_profiles')).toEqual({ profiles: ['work'] })
    expect(await world.eval('return require("lib.config_resolver").resolve("work").sessions[2].initialization')).toBe(
      `${root}/profiles/work/sessions/server/initialization`,
    )
    await configure({
      ...hostile(),
      'shared/plugins/one/init.lua': `fs.write('${marker}', '')`,
      'lua/mine/words.lua': `fs.write('${marker}', '')`,
    })
    await chmod(join(layer, 'shared/workspace_teardown'), 0o755)
    await rm(join(layer, 'shared/plugins/two'), { recursive: true })
    await symlink('/', join(layer, 'shared/plugins/two'))
    expect(await status()).toMatchObject({ state: 'changed', root })
    await world.restart()
    expect(await status()).toMatchObject({ state: 'changed', root })
    expect([await ask('one'), await ask('two'), await word()]).toEqual(['trusted', 'from the repository', 'overridden'])
    expect(await world.command('list_profiles')).toEqual({ profiles: ['work'] })
    expect(existsSync(marker)).toBe(false)
  })

  test('Gives its agents their sessions, files and teardown, never those of a worktree', async () => {
    await configure({
      'shared/sessions/agent/initialization': 'echo "the content of $((6 * 7))"',
      'shared/workspace_include': '.env',
      'shared/workspace_teardown': `echo trusted > ${marker}`,
    })
    await writeFile(join(world.repository.root, '.env'), 'SECRET=1\n')
    await world.repository.git(['add', '-Af', '.botster'])
    await world.repository.git(['commit', '-qm', 'layer'])
    await give()
    const made = await world.command<{ key: string; worktree_path: string }>('create_agent', { branch: 'visit' })
    expect(existsSync(join(made.worktree_path, '.env'))).toBe(true)
    await configure({ 'shared/workspace_teardown': `echo hostile > ${marker}` }, join(made.worktree_path, '.botster'))
    await configure({ 'shared/workspace_teardown': `echo changed > ${marker}` })
    const screen = async () => (await world.command<{ text: string }>('screen', { agent: made.key })).text
    await until(async () => (await screen()).includes('the content of 42'), 'the initialization')
    await world.command('delete_agent', { agent: made.key, delete_worktree: true, force: true })
    expect(await readFile(marker, 'utf8')).toBe('trusted\n')
  })

  test('Cannot replace the core, which could not be taken back, nor what is the user’s own', async () => {
    await configure({ 'lua/user/init.lua': `fs.write('${marker}', '')` })
    await configure({ 'lua/hub/hooks.lua': `fs.write('${marker}', '')`, 'lua/hub/init.lua': 'error("never")' })
    await give()
    await world.restart()
    expect(existsSync(marker)).toBe(false)
    expect(world.errors()).toEqual([])
  })

  test('Takes everything with it when it is trusted no longer', async () => {
    await configure({ 'shared/plugins/one/init.lua': command('one', 'the user’s') }, world.userDirectory)
    await configure({
      'shared/plugins/one/init.lua': command('one', 'trusted'),
      'shared/plugins/two/init.lua': `require('mine.words'); ${command('two', 'trusted')}
        hooks.on('some_event', 'two', function() end)`,
      'lua/mine/words.lua': 'return {}',
      'lua/lib/prompt.lua': 'return { word = "overridden" }',
      'profiles/work/sessions/server/initialization': 'echo serving',
    })
    const { root } = await give()
    await answers('one', 'trusted')
    await answers('two', 'trusted')
    await until(() => world.eval('return require("lib.prompt").word == "overridden"'), 'the override')
    expect(await world.command('untrust_repository')).toMatchObject({ was_trusted: true })
    await answers('one', 'the user’s')
    await answers('two', 'unknown command')
    await until(() => world.eval('return require("lib.prompt").word == nil'), 'the shipped module')
    expect(await world.eval('return next(require("lib.prompt")) ~= nil')).toBe(true)
    expect(await world.eval('return package.loaded["mine.words"] == nil')).toBe(true)
    expect(await world.eval('return hooks.has_observers("some_event")')).toBe(false)
    expect(await world.command('list_profiles')).toEqual({ profiles: [] })
    const paths = await world.eval<{ path: string }[]>('return require("hub.loader").list()')
    expect(paths.filter(({ path }) => path.startsWith(root!) || path.startsWith(layer))).toEqual([])
    expect(await status()).toMatchObject({ state: 'untrusted' })
    await world.restart()
    expect(await ask('two')).toContain('unknown command')
  })

  test('Takes its new content in place of the old one', async () => {
    await configure({
      'shared/plugins/one/init.lua': command('one', 'first'),
      'shared/plugins/two/init.lua': command('two', 'first'),
    })
    await give()
    await answers('one', 'first')
    await rm(join(layer, 'shared/plugins/two'), { recursive: true })
    await configure({ 'shared/plugins/one/init.lua': command('one', 'second') })
    await give({ hash: (await status()).hash })
    await answers('one', 'second')
    await answers('two', 'unknown command')
  })
})

describe('A directory that is trusted for always', () => {
  test('Is reloaded when its files change, plugins and modules alike, and deleted ones go', async () => {
    await configure({
      'shared/plugins/one/init.lua': command('one', 'first'),
      'lua/lib/prompt.lua': 'return { word = "first" }',
    })
    await give({ always: true })
    await answers('one', 'first')
    await configure({
      'shared/plugins/one/init.lua': command('one', 'second'),
      'profiles/work/plugins/two/init.lua': command('two', 'new'),
      'lua/lib/prompt.lua': 'return { word = "second" }',
    })
    await until(() => world.eval('return require("lib.prompt").word == "second"'), 'the new module')
    await answers('one', 'second')
    await answers('two', 'new')
    await rm(join(layer, 'profiles'), { recursive: true })
    await rm(join(layer, 'lua'), { recursive: true })
    await answers('two', 'unknown command')
    await until(() => world.eval('return require("lib.prompt").word == nil'), 'the shipped module')
  })

  test('Runs nothing new once it is trusted no longer', async () => {
    await configure({ 'shared/plugins/one/init.lua': command('one', 'first') })
    await give({ always: true })
    await answers('one', 'first')
    await world.command('untrust_repository')
    await answers('one', 'unknown command')
    await configure({ 'shared/plugins/one/init.lua': `fs.write('${marker}', '')` })
    await until(async () => (await world.eval<Status>('return trust.look()')).state === 'untrusted', 'a look')
    await world.restart()
    expect(existsSync(marker)).toBe(false)
  })
})

describe('What clients hear', () => {
  /** Subscribes as a client would, and keeps what it is told of the repository. */
  const LISTEN = `
    local connections = require('handlers.connections')
    heard = {}
    connections.transport('test', function(_, message)
      if message.type == 'repository' then heard[#heard + 1] = message end
      return true
    end)
    connections.message('listener', 'test', { type = 'subscribe', channel = 'hub', subscriptionId = 's' })`
  const heard = () => world.eval<{ ask: boolean; repository: Status }[]>('return heard')

  test('How things stand, when they subscribe and at every change; "later" silences the question', async () => {
    await configure({ 'shared/plugins/one/init.lua': command('one', 'first') })
    await world.restart()
    await world.eval(LISTEN)
    expect(await heard()).toMatchObject([{ ask: true, repository: { state: 'untrusted', files: 1 } }])
    await world.command('ask_repository_later')
    await world.eval(LISTEN)
    expect((await heard()).at(-1)).toMatchObject({ ask: false, repository: { state: 'untrusted' } })
    await give()
    expect((await heard()).at(-1)).toMatchObject({ ask: false, repository: { state: 'trusted' } })
    await configure({ 'shared/plugins/one/init.lua': command('one', 'second') })
    await until(async () => (await heard()).at(-1)?.repository.state === 'changed', 'the change')
    expect((await heard()).at(-1)?.ask).toBe(true)
    await world.command('untrust_repository')
    expect((await heard()).at(-1)).toMatchObject({ ask: false, repository: { state: 'untrusted' } })
  })
})

describe('From Lua', () => {
  beforeEach(() => configure({ 'shared/plugins/one/init.lua': 'first\n', 'shared/notes': 'n' }))

  test('trust.status: says how things stand as of the last look', async () => {
    expect(await world.eval('return trust.status()')).toMatchObject({ path: layer, state: expect.any(String) })
  })

  test('trust.look: looks again', async () => {
    const status = { state: 'untrusted', files: 2, hash: expect.any(String) }
    expect(await world.eval('return trust.look()')).toMatchObject(status)
    expect(await world.eval('return trust.status()')).toMatchObject(status)
  })

  test('trust.review: lists the files, and of one that is named the lines', async () => {
    expect(await world.eval('return trust.review("shared/notes")')).toEqual({
      status: expect.objectContaining({ state: 'untrusted' }),
      files: [
        { path: 'shared/notes', mode: '644', size: 1, change: 'new', is_binary: false },
        { path: 'shared/plugins/one/init.lua', mode: '644', size: 6, change: 'new', is_binary: false },
      ],
      lines: [{ kind: 'same', text: 'n' }],
      more: 0,
    })
    expect(
      await world.eval('local review, message, err = trust.review("nothing") return { message, err.kind }'),
    ).toEqual([`there is no nothing in ${layer}`, 'no_file'])
  })

  test('trust.grant: trusts what was shown, and refuses anything else', async () => {
    const refusals = 'local ok, message, err = trust.grant{ hash = "0" } return { ok == nil, message, err.kind }'
    expect(await world.eval(refusals)).toEqual([true, expect.stringContaining('has changed since'), 'changed'])
    const wrong = world.eval('return trust.grant{ alway = true }')
    await expect(wrong).rejects.toThrow(/bad argument #1 to 'trust.grant'.*alway/)
    const given = 'return trust.grant{ hash = trust.look().hash }'
    expect(await world.eval(given)).toMatchObject({ state: 'trusted', grade: 'content' })
    expect(await world.eval('return trust.grant{ always = true }')).toMatchObject({ state: 'trusted', grade: 'always' })
  })

  test('trust.grant: says when there is nothing to trust, or nothing that can be', async () => {
    const refusal = () => world.eval('local ok, message, err = trust.grant() return { ok == nil, message, err.kind }')
    await symlink('/', join(layer, 'shared/outside'))
    expect(await refusal()).toEqual([true, expect.stringContaining('outside'), 'not_trustable'])
    await rm(layer, { recursive: true })
    expect(await refusal()).toEqual([true, `there is no ${layer}: nothing to trust`, 'no_layer'])
  })

  test('trust.revoke: takes it back, and says whether there was something to take', async () => {
    expect(await world.eval('trust.grant() return trust.revoke()')).toBe(true)
    expect(await world.eval('return trust.revoke()')).toBe(false)
    expect(await world.eval('return trust.status()')).toMatchObject({ state: 'untrusted' })
  })

  test('trust.ignore: takes nothing until somebody trusts it anew', async () => {
    expect(await world.eval('trust.grant() return trust.ignore()')).toMatchObject({
      state: 'ignored',
      grade: 'content',
    })
    expect(await world.eval('return trust.grant()')).toMatchObject({ state: 'trusted' })
  })
  test('The examples of the reference run', async () => {
    const { functions } = hubModuleDescriptions().find(({ name }) => name === 'trust')!
    await expectExamplesToRunIn(world, functions)
  })
})
