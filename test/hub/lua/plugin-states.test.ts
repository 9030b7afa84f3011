import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

let world: World
afterEach(() => world[Symbol.asyncDispose]())

interface Info {
  readonly name: string
  readonly state: string
  readonly version?: string
  readonly description?: string
  readonly running: boolean
  readonly requires?: readonly string[]
  readonly error?: { readonly message: string }
  readonly owns?: Record<string, unknown>
}

async function put(path: string, text: string): Promise<void> {
  const file = join(world.userDirectory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
/** A world whose hub started with these plugins. */
async function open(plugins: Record<string, string>): Promise<void> {
  world = await makeWorld()
  for (const [name, source] of Object.entries(plugins)) await put(`shared/plugins/${name}/init.lua`, source)
  await world.restart()
}
const list = async () => (await world.command<{ plugins: Info[] }>('plugin:list')).plugins
const states = async () => Object.fromEntries((await list()).map(({ name, state }) => [name, state]))
const findings = async (name?: string) =>
  (
    await world.command<{ findings: { plugin: string; level: string; message: string }[] }>(
      'plugin:doctor',
      name === undefined ? {} : { name },
    )
  ).findings.map(({ plugin, level, message }) => `${plugin} ${level}: ${message}`)

describe('The list of plugins', () => {
  test('Says of each what became of it, what it says about itself and what it owns', async () => {
    await open({
      good: `commands.register('hi', function() return {} end)
        hooks.on('ping', 'p', function() end)
        mcp.tool('t', {}, print)
        timer.every(60, function() end)
        return { _plugin = { version = '1.2.0', description = 'Says hi' } }`,
      silent: '',
      broken: 'error("oops")',
    })
    await put('shared/plugins/look/ui/layout.lua', '-- nothing')
    const [broken, good, look, silent] = await list()
    expect(good).toMatchObject({
      state: 'loaded',
      version: '1.2.0',
      description: 'Says hi',
      running: true,
      owns: { commands: ['hi'], hooks: ['ping'], tools: ['t'], prompts: [], registrations: 1, coroutines: 0 },
    })
    expect(silent).toMatchObject({ state: 'loaded', owns: { commands: [], registrations: 0 } })
    expect(look).toMatchObject({ state: 'ui_only', running: false })
    expect(broken).toMatchObject({ state: 'failed', running: false })
    expect(broken?.error?.message).toMatch(/broken\/init\.lua:1: oops/)
  })

  test('Tells a failed change from a plugin that does not run at all', async () => {
    await open({ p: "commands.register('hi', function() return {} end)" })
    await put('shared/plugins/p/init.lua', 'local x = {')
    await expect(world.command('plugin:reload', { name: 'p' })).rejects.toThrow(/p\/init\.lua:1: /)
    expect(await list()).toMatchObject([{ state: 'failed', running: true, owns: { commands: ['hi'] } }])
    await put('shared/plugins/p/init.lua', 'return {}')
    await world.command('plugin:reload', { name: 'p' })
    expect(await list()).toMatchObject([{ state: 'loaded', owns: { commands: [] } }])
    expect((await list())[0]).not.toHaveProperty('error')
  })
})

describe('A plugin that is switched off', () => {
  test('Ends at once, stays off when the hub starts again, and comes back when it is switched on', async () => {
    await open({ p: "commands.register('hi', function() return { said = 'hi' } end)", q: '' })
    await put('disabled_plugins', '# those I do not need now\n')
    expect(await world.command('plugin:disable', { name: 'p' })).toMatchObject({ changed: true, state: 'disabled' })
    await expect(world.command('hi')).rejects.toThrow('unknown command')
    await world.restart()
    expect(await states()).toEqual({ p: 'disabled', q: 'loaded' })
    await expect(world.command('plugin:reload', { name: 'p' })).rejects.toThrow(
      'switched off: `botster plugin enable p`',
    )
    expect(await world.command('plugin:enable', { name: 'p' })).toMatchObject({ changed: true, state: 'loaded' })
    expect(await world.command('hi')).toEqual({ said: 'hi' })
    expect(await readFile(join(world.userDirectory, 'disabled_plugins'), 'utf8')).toBe('# those I do not need now\n')
  })

  test('By hand, in the file, is taken up as well', async () => {
    await open({ p: '' })
    await put('disabled_plugins', 'p  # too loud\n')
    await until(async () => (await list())[0]?.running === false, 'its end')
    await rm(join(world.userDirectory, 'disabled_plugins'))
    await until(async () => (await states()).p === 'loaded', 'its return')
  })

  test('A name that is no plugin’s is refused with those there are', async () => {
    await open({ p: '' })
    await expect(world.command('plugin:disable', { name: 'x' })).rejects.toThrow("no plugin 'x': there are p")
    await expect(world.command('plugin:enable')).rejects.toThrow('plugin:enable: name: text expected, got a nil')
  })
})

describe('What a plugin requires', () => {
  const needs = (requires: string) => `return { _plugin = { requires = ${requires} } }`

  test('Is loaded before it, whatever their names, and may be used with require', async () => {
    await open({
      a: `local z = require('plugin.z') commands.register('word', function() return { word = z.word } end)
          ${needs('{ "z", y = ">= 1.2, < 2", botster = ">= 0.1", lua = "5.4" }')}`,
      y: `return { _plugin = { version = '1.4' } }`,
      z: `return { word = 'from z' }`,
    })
    expect(world.errors()).toEqual([])
    expect(await states()).toEqual({ a: 'loaded', y: 'loaded', z: 'loaded' })
    expect((await list())[0]).toMatchObject({ requires: ['botster >= 0.1', 'lua 5.4', 'y >= 1.2, < 2', 'z'] })
    expect(await world.command('word')).toEqual({ word: 'from z' })
    expect(await world.command('plugin:disable', { name: 'z' })).toMatchObject({ needed_by: ['a'] })
  })

  test('Is reloaded before it when both are saved at once', async () => {
    const versions = (version: string) =>
      Promise.all([
        put(
          'shared/plugins/a/init.lua',
          `log.info('a ${version} sees ' .. (package.loaded['plugin.b'] or {}).word) return { _plugin = { requires = { 'b' } } }`,
        ),
        put('shared/plugins/b/init.lua', `return { word = 'b ${version}' }`),
        put('shared/plugins/c/init.lua', `log.info('c ${version} sees ' .. require('plugin.a0').word) return {}`),
        put('shared/plugins/a0/init.lua', `return { word = require('plugin.b').word }`),
      ])
    await open({ b: 'return { word = "" }' })
    await versions('one')
    await until(() => world.log.some(({ msg }) => msg.startsWith('c one sees')), 'the first versions')
    for (const version of ['two', 'three']) {
      await versions(version)
      const seen = () =>
        world.log.map(({ msg }) => msg).filter((msg) => / sees /.test(msg) && msg.includes(` ${version} `))
      await until(() => seen().length >= 2, `version ${version}`)
      expect(seen().toSorted()).toEqual([`a ${version} sees b ${version}`, `c ${version} sees b ${version}`])
    }
  })

  test('And is not there, too old, switched off or broken is said, and nothing of it takes effect', async () => {
    await open({
      missing: needs('{ "nowhere" }'),
      old: needs('{ y = ">= 2" }'),
      botster: `commands.register('half', print) ${needs('{ botster = ">= 99" }')}`,
      broken: needs('{ "bad" }'),
      bad: 'error("oops")',
      y: `return { _plugin = { version = '1.4' } }`,
      odd: needs('{ y = "newest" }'),
      self: needs('{ "self" }'),
      shape: 'return { _plugin = { version = 2 } }',
    })
    const messages = Object.fromEntries((await list()).map(({ name, error }) => [name, error?.message]))
    expect(messages).toMatchObject({
      missing: expect.stringMatching(
        /missing\/init.lua:1: plugin 'missing' requires plugin 'nowhere', which is not ins/,
      ),
      old: expect.stringMatching(/old\/init.lua:1: plugin 'old' requires plugin 'y' >= 2; there is 1.4$/),
      botster: expect.stringMatching(/: plugin 'botster' requires botster >= 99; there is /),
      broken: expect.stringMatching(/: plugin 'broken' requires plugin 'bad', which failed: .*oops/),
      odd: expect.stringContaining("'newest' is no constraint"),
      self: expect.stringContaining('requires itself'),
      shape: expect.stringContaining('_plugin.version: text expected, got a number'),
    })
    await expect(world.command('half')).rejects.toThrow('unknown command')
    expect(await findings('missing')).toEqual([expect.stringMatching(/^missing error: .*which is not installed$/)])
    expect((await list()).find(({ name }) => name === 'missing')!.error).toMatchObject({ kind: 'requirement' })
  })

  test('And comes later is waited for: what requires it is loaded then, also when it was the wrong version', async () => {
    await open({ waits: needs('{ y = ">= 2" }') })
    const state = async () => (await list()).find(({ name }) => name === 'waits')?.state
    expect(await state()).toBe('failed')
    await put('shared/plugins/y/init.lua', "return { _plugin = { version = '1.4' } }")
    await until(
      async () => (await list()).find(({ name }) => name === 'y')?.state === 'loaded',
      'the plugin it requires',
    )
    expect(await state()).toBe('failed')
    await put('shared/plugins/y/init.lua', "return { _plugin = { version = '2.0' } }")
    await until(async () => (await state()) === 'loaded', 'the plugin that waits')
  })
})

test('The doctor says what is wrong with each plugin, and nothing of those that are well', async () => {
  await open({
    good: "commands.register('hi', print) hooks.on('ping', 'slow', function() while true do end end)",
    broken: 'local x =\n\nerror("oops")',
    off: '',
    'no.name': '',
    fails: `
      hooks.on('agent_create', 'mine', print) hooks.on('before_agent_create', 'mine', print) hooks.on('my_own', 'x', print)
      hooks.intercept('agent_delete', 'x', print) events.on('agent_created', print) events.on('process_exit', print)
      hooks.on('pong', 'mine', function() error('at run time') end)`,
  })
  await put('profiles/work/plugins/off/init.lua', '')
  await put('shared/plugins/look/ui/layout.lua', 'function render( end')
  await put('shared/plugins/empty/notes.txt', 'x')
  await world.command('plugin:disable', { name: 'off' })
  expect(await findings('good')).toEqual(['good ok: loaded; it has 1 command, 1 hook'])
  for (let i = 0; i < 2; i++) await world.eval('hooks.notify("ping")')
  await until(() => world.eval('return not hooks.list("ping")[1].enabled'), 'the second strike')
  for (let i = 0; i < 2; i++) await world.eval('hooks.notify("pong")')
  expect(world.log.some(({ msg }) => msg.includes("hooks.on: hook 'mine': the hub has no 'agent_create'"))).toBe(true)
  const all = await findings()
  expect(all).toHaveLength(14)
  expect(all).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^broken error: .*broken\/init\.lua:3: /),
      "good warning: its observer 'slow' of 'ping' is switched off",
      expect.stringMatching(/^good error: observer 'slow' of 'ping': .*longer than it may/),
      "fails warning: its observer 'mine': the hub has no 'agent_create': did you mean 'agent_created'?",
      "fails warning: what listens with events.on: the hub has 'agent_created' for hooks.on, not for events.on",
      "fails warning: what listens with events.on: the hub has no 'process_exit': did you mean 'process_exited'?",
      "fails warning: its observer 'mine': the hub has 'before_agent_create' for hooks.intercept, not for hooks.on",
      expect.stringMatching(/^fails error: observer 'mine' of 'pong': .*fails\/init\.lua:4: at run time$/),
      expect.stringMatching(/^look error: .*layout\.lua:1: /),
      'off note: it is switched off',
      expect.stringMatching(/^off warning: .*shared\/plugins\/off is not used: .*work\/plugins\/off has the same name/),
      expect.stringMatching(/^empty warning: .* is left out: it has neither init\.lua nor ui/),
      expect.stringMatching(/^no\.name warning: .* is left out: a plugin's name has/),
    ]),
  )
  await expect(findings('nobody')).rejects.toThrow("no plugin 'nobody'")
})
