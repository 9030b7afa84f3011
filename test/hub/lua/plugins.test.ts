import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { pauses } from '../support/pauses.ts'
import { makeWorld, until, type World } from './world.ts'

let world: World
afterEach(() => world[Symbol.asyncDispose]())

/** Writes a file below `~/.botster`. */
async function put(path: string, text: string): Promise<void> {
  const file = join(world.userDirectory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

const plugin = (word: string) => `
commands.register('greet', function() return { said = '${word}' } end)
timer.every(0.01, function() require('hub.state').set('tick', '${word}') end)
hooks.on('ping', 'greet', function() log.info('ping ${word}') end)
return {}
`
const greet = async () => (await world.command<{ said: string }>('greet').catch(() => ({ said: '' }))).said
const says = (word: string) => until(async () => (await greet()) === word, `'${word}'`)
const loaded = () =>
  world.eval<string[]>(`
  local names = {}
  for _, entry in ipairs(loader.list()) do
    if entry.name:find('^plugin%.') then names[#names + 1] = entry.name end
  end
  return require('lib.list')(names)`)
const logged = (text: string) => until(() => world.log.find(({ msg }) => msg.includes(text)), `'${text}' in the log`)

describe('When the hub starts', () => {
  test('All plugins are loaded by name, and one that is broken keeps no other from it', async () => {
    world = await makeWorld()
    await put('shared/plugins/b_good/init.lua', plugin('good'))
    await put('shared/plugins/a_broken/init.lua', 'local x = {')
    await put('profiles/work/plugins/c_profile/init.lua', 'return {}')
    await put('shared/plugins/only_ui/ui/layout.lua', 'error("not for the hub")')
    await world.restart()
    expect(await loaded()).toEqual(['plugin.b_good', 'plugin.c_profile'])
    expect(await greet()).toBe('good')
    expect(world.errors()).toEqual([expect.stringMatching(/a_broken\/init\.lua:1: /)])
    const { errors } = world.hub.status()
    expect(errors.map((error) => error.owner)).toEqual(['plugin.a_broken'])
  })

  test('Of one name the last layer counts', async () => {
    world = await makeWorld()
    await put('shared/plugins/one/init.lua', plugin('shared'))
    await put('profiles/work/plugins/one/init.lua', plugin('profile'))
    await world.restart()
    expect(await greet()).toBe('profile')
  })

  test('A plugin may do what its user may: files, secrets of its own, processes', async () => {
    world = await makeWorld()
    await put(
      'shared/plugins/keeper/init.lua',
      `commands.register('keep', function()
         assert(secrets.set('token', 'abc'))
         local p <close> = io.popen('echo from a process')
         return { secret = secrets.get('keeper', 'token'), said = p:read('l'), here = fs.exists('README.md') }
       end)`,
    )
    await world.restart()
    expect(await world.command('keep')).toEqual({ secret: 'abc', said: 'from a process', here: true })
    expect(world.errors()).toEqual([])
  })
})

describe('While the hub runs', () => {
  test('A new plugin is loaded, a changed one reloaded with nothing left of before, a removed one unloaded', async () => {
    world = await makeWorld()
    await put('shared/plugins/new/init.lua', plugin('first'))
    await says('first')
    await put('shared/plugins/new/init.lua', plugin('second'))
    await says('second')
    await world.eval('hooks.notify("ping")')
    await logged('ping second')
    expect(world.log.filter(({ msg }) => msg === 'ping first')).toEqual([])
    const tick = () => world.eval("return require('hub.state').get('tick', 'none')")
    await until(async () => (await tick()) === 'second', 'the tick of the second')
    await rm(join(world.userDirectory, 'shared/plugins/new'), { recursive: true })
    await logged('unloaded plugin new')
    expect(await greet()).toBe('')
    expect(await loaded()).toEqual([])
    await world.eval("require('hub.state').set('tick', 'gone')")
    await world.eval('runtime.sleep(0.1)')
    expect(await tick()).toBe('gone')
  })

  test('A change takes effect within a second, once, though files are watched and looked at', async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', plugin('0'))
    await world.restart()
    const took: number[] = []
    for (const word of ['1', '2', '3']) {
      const saved = performance.now()
      await put('shared/plugins/p/init.lua', plugin(word))
      await says(word)
      took.push(performance.now() - saved)
    }
    expect(Math.min(...took), took.join(' ')).toBeLessThan(1000) // a busy machine may be late once, not each time
    await world.eval('runtime.sleep(2.5)') // longer than from one look to the next
    expect(world.logOfThisHub().filter(({ msg }) => msg.startsWith('loaded plugin p from'))).toHaveLength(3)
  })

  test('Where the system tells of nothing a change takes effect within three seconds', async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', plugin('0'))
    await world.restart()
    await world.eval(`
      local directory = watch.directory
      watch.directory = function(path, fn, options) return options.poll and directory(path, fn, options) or -1 end
      assert(loader.reload("handlers.plugin_watcher"))`)
    const took: number[] = []
    for (const word of ['1', '2', '3']) {
      const saved = performance.now()
      await put('shared/plugins/p/init.lua', plugin(word))
      await says(word)
      took.push(performance.now() - saved)
    }
    expect(took.toSorted((a, b) => a - b)[1], took.join(' ')).toBeLessThan(3000) // a busy machine may be late once
    expect(Math.max(...took), took.join(' ')).toBeGreaterThan(1000) // it did look only now and then
  })

  test('Several saves within the debounce of 0.2 s are one reload, begun that long after the last of them', {
    timeout: 240_000,
  }, async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', plugin('0'))
    await world.restart()
    const loads = () => world.logOfThisHub().filter(({ msg }) => msg.startsWith('loaded plugin p from'))
    for (let attempt = 1; ; attempt++) {
      const before = loads().length
      const saves = pauses()
      const held = monitorEventLoopDelay({ resolution: 5 })
      held.enable()
      let saved = 0
      for (let save = 1; save <= 5; save++) {
        await saves.write(() => put('shared/plugins/p/init.lua', plugin(`${attempt}.${save}`)))
        saved = Date.now()
        await delay(100) // longer than the system's own changes are gathered
      }
      await saves.write(async () => {}) // the last save too must be noticed in time
      await says(`${attempt}.5`)
      held.disable()
      // What comes after it was noticed after it.
      await put(
        `shared/plugins/next${attempt}/init.lua`,
        `commands.register('next${attempt}', function() return {} end)`,
      )
      await until(() => world.command(`next${attempt}`).catch(() => undefined), 'the next plugin')
      // A machine so busy that it paused between two saves proves nothing.
      const isDisturbed = saves.longest > 140 || held.max / 1e6 > 40
      if (isDisturbed && attempt < 60) continue
      expect(isDisturbed).toBe(false)
      expect(loads().length - before).toBe(1)
      expect(loads().at(-1)!.time - saved).toBeGreaterThanOrEqual(200)
      return
    }
  })

  test('A broken change leaves the old version at work and is reported', async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', plugin('fine'))
    await world.restart()
    await put('shared/plugins/p/init.lua', plugin('bad').replace('\nreturn', '\nerror("oops") return'))
    await until(() => world.errors().some((message) => /p\/init\.lua:\d+: oops/.test(message)), 'the report')
    expect(await greet()).toBe('fine')
    await put('shared/plugins/p/init.lua', plugin('mended'))
    await says('mended')
  })

  test('What takes the place of its file and cannot be read leaves the plugin at work and is reported', async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', plugin('fine'))
    await world.restart()
    const file = join(world.userDirectory, 'shared/plugins/p/init.lua')
    await rm(file)
    await mkdir(file)
    await until(() => world.errors().some((message) => message.includes('it is a directory')), 'the report')
    expect(await greet()).toBe('fine')
    await rm(file, { recursive: true })
    await symlink('init.lua', file)
    await until(() => world.errors().some((message) => message.includes('ELOOP')), 'the other report')
    expect(await greet()).toBe('fine')
  })

  test('A profile’s plugin takes the place of the shared one, and gives it back', async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', plugin('shared'))
    await world.restart()
    await put('profiles/work/plugins/p/init.lua', plugin('profile'))
    await says('profile')
    await rm(join(world.userDirectory, 'profiles/work'), { recursive: true })
    await says('shared')
  })

  test('Wherever their directory is, also below another one that is called plugins', async () => {
    world = await makeWorld({ userDirectory: 'plugins/of/mine' })
    await put('shared/plugins/p/init.lua', plugin('first'))
    await world.restart()
    await put('shared/plugins/p/plugins/inner.lua', 'return 1')
    await put('profiles/plugins/plugins/q/init.lua', "commands.register('q', function() return {} end)")
    await put('shared/plugins/p/init.lua', plugin('second'))
    await says('second')
    await until(() => world.command('q').catch(() => undefined), 'the profile’s')
  })

  test('Whoever observes file_changed hears which file', async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', 'return {}')
    await world.restart()
    await world.eval(
      `changed = {} hooks.on('file_changed', 't', function(change) changed[change.path] = change.kind end)`,
    )
    const path = join(world.userDirectory, 'shared/plugins/p/init.lua')
    await put('shared/plugins/p/init.lua', 'return { 1 }')
    await until(() => world.eval(`return changed['${path}']`), 'the change')
    await world.writeLua('user/init.lua', `${await readFile(join(world.userDirectory, 'lua/user/init.lua'), 'utf8')}\n`)
    await until(() => world.eval(`return changed['${join(world.userDirectory, 'lua/user/init.lua')}']`), 'the other')
  })

  test('Files of its part for the UI leave the hub’s part alone', async () => {
    world = await makeWorld()
    await put('shared/plugins/p/init.lua', `log.info('p was loaded')\n${plugin('one')}`)
    await world.restart()
    await put('shared/plugins/p/ui/layout.lua', 'x')
    await put('shared/plugins/q/init.lua', "commands.register('later', function() return {} end)")
    await until(() => world.command('later').catch(() => undefined), 'the other plugin')
    expect(world.logOfThisHub().filter(({ msg }) => msg === 'p was loaded')).toHaveLength(1)
  })
})

describe('A plugin of several files', () => {
  const main = `
    local words = require('plugin.many.words')
    commands.register('greet', function() return { said = words.greeting() .. require('plugin.many.deep.late').mark } end)
    return { words = words }`
  const words = (word: string, more = '') =>
    `hooks.on('ping', 'words', function() end)\n${more}\nreturn { greeting = function() return '${word}' end }`

  test('Requires them by its name; they belong to it and are reloaded with it, all or none', async () => {
    world = await makeWorld()
    await put('shared/plugins/many/init.lua', main)
    await put('shared/plugins/many/words.lua', words('hello'))
    await put('shared/plugins/many/deep/late.lua', "return { mark = '!' }")
    await put('shared/plugins/user/init.lua', "return { words = require('plugin.many.words') }")
    await world.restart()
    expect(await greet()).toBe('hello!')
    expect(
      await world.eval(`
      local other = require('plugin.user')
      return { other.words == require('plugin.many').words, other.words == require('plugin.many.words'), #hooks.list('ping') }`),
    ).toEqual([true, true, 1])
    const { plugins } = await world.command<{ plugins: { name: string; owns: { hooks: string[] } }[] }>('plugin:list')
    expect(plugins.map(({ name, owns }) => [name, owns.hooks])).toEqual([
      ['many', ['ping']],
      ['user', []],
    ])

    await put('shared/plugins/many/words.lua', words('bonjour'))
    await says('bonjour!')
    expect(await world.eval("return require('plugin.user').words.greeting()")).toBe('bonjour') // held since before
    await put('shared/plugins/many/words.lua', words('broken', "error('in a part')"))
    await until(() => world.errors().some((message) => /many\/words\.lua:2: in a part/.test(message)), 'the report')
    expect(await greet()).toBe('bonjour!')
    expect(await world.eval("return { #hooks.list('ping'), require('plugin.user').words.greeting() }")).toEqual([
      1,
      'bonjour',
    ])
    await world.eval("loader.unload('plugin.many')")
    expect(await world.eval("return #hooks.list('ping')")).toBe(0)
  })

  test('Cannot require what is not in its directory, nor in a circle, and is told so', async () => {
    world = await makeWorld()
    await put('secret.lua', 'return "out of reach"')
    await put(
      'shared/plugins/many/init.lua',
      'return { get = function(name) local value = require("plugin.many." .. name) return value end }',
    )
    await put('shared/plugins/many/a.lua', 'return require("plugin.many.b")')
    await put('shared/plugins/many/b.lua', '\nreturn require("plugin.many.a")')
    await put('shared/plugins/many/wrong.lua', 'return {{')
    await symlink(join(world.userDirectory, 'secret.lua'), join(world.userDirectory, 'shared/plugins/many/link.lua'))
    await world.restart()
    for (const [name, problem] of [
      ['nothing', /init\.lua:1: module 'plugin\.many\.nothing' not found: there is no nothing\.lua in .*plugins\/many/],
      ['link', /module 'plugin\.many\.link' not found: /],
      ['...secret', /not found/],
      ['a', /'plugin\.many\.a' is being loaded and requires itself/],
      ['wrong', /wrong\.lua:1: .*expected/],
    ] as const) {
      await expect(world.eval(`require("plugin.many").get("${name}")`), name).rejects.toThrow(problem)
    }
  })
})
