import { writeFileSync } from 'node:fs'
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../protocol/paths.ts'
import { pauses } from '../support/pauses.ts'
import { makeWorld, until, type World } from './world.ts'

let world: World
afterEach(() => world[Symbol.asyncDispose]())

const greeting = (word: string) => `
commands.register('greet', function() return { said = '${word}' } end)
events.on('poked', function() local s = require('hub.state').get('pokes') s[#s + 1] = '${word}' end)
return { word = function() return '${word}' end }
`
const greet = async () => (await world.command<{ said: string }>('greet')).said
const says = (word: string) => until(async () => (await greet().catch(() => '')) === word, `'${word}'`)
const reloads = (name: string) => world.log.filter(({ msg }) => msg.startsWith(`reloaded ${name} `)).length
/** Once this is over the watcher tells of every change, since it told of this one, and has told of all before. */
async function watching(): Promise<void> {
  await until(async () => {
    const text = `return ${Math.random()}`
    await world.writeLua('probe.lua', text)
    await delay(100)
    return await world.eval(`return require('probe') == load('${text}')()`)
  }, 'the watcher')
}
async function open(files: Record<string, string>): Promise<void> {
  world = await makeWorld({ files: { 'probe.lua': 'return 1', ...files } })
  await world.eval('require("probe")')
  await watching()
}

describe('Saving a file of the user’s Lua', () => {
  test('Changes the running hub, and whoever holds the module has its new functions', async () => {
    await open({ 'greeting.lua': greeting('hello') })
    await world.eval('held = require("greeting")')
    expect(await greet()).toBe('hello')
    await world.writeLua('greeting.lua', greeting('good morning'))
    await says('good morning')
    expect(await world.eval('return held.word()')).toBe('good morning')
  })

  test('However it is saved: written in place, renamed over, moved aside and written anew', async () => {
    await open({ 'greeting.lua': greeting('one') })
    await world.eval('require("greeting")')
    const path = join(world.userDirectory, 'lua/greeting.lua')
    await writeFile(`${path}.tmp`, greeting('two'))
    await rename(`${path}.tmp`, path)
    await says('two')
    await rename(path, `${path}~`)
    await writeFile(path, greeting('three'))
    await rm(`${path}~`)
    await says('three')
    expect(world.errors()).toEqual([])
  })

  test('Leaves nothing of the versions before, however often', async () => {
    await open({ 'greeting.lua': greeting('v0') })
    await world.eval('require("greeting")')
    for (let i = 1; i <= 12; i++) {
      await world.writeLua('greeting.lua', greeting(`v${i}`))
      await says(`v${i}`)
    }
    await world.eval('events.emit("poked")')
    expect(await world.eval('return require("hub.state").get("pokes")')).toEqual(['v12'])
  })

  test('In pieces never runs half of it', async () => {
    await open({ 'greeting.lua': greeting('one') })
    await world.eval('require("greeting")')
    for (let attempt = 1; ; attempt++) {
      const before = world.errors().length
      const longest = await writeInPieces('greeting.lua', greeting(`attempt ${attempt}`))
      await says(`attempt ${attempt}`)
      // A machine so busy that it paused between two pieces proves nothing.
      if (longest > 40 && attempt < 100) continue
      expect(longest).toBeLessThanOrEqual(40)
      expect(world.errors().slice(before)).toEqual([])
      return
    }
  })

  /** @returns milliseconds of the longest pause */
  async function writeInPieces(name: string, text: string): Promise<number> {
    const path = join(world.userDirectory, 'lua', name)
    const pieces = pauses()
    await pieces.write(() => writeFile(path, text.slice(0, 40)))
    for (let at = 40; at < text.length; at += 40) {
      await delay(20)
      await pieces.write(() => appendFile(path, text.slice(at, at + 40)))
    }
    return pieces.longest
  }

  test('With a mistake leaves the old version at work and says what is wrong, until it is mended', async () => {
    await open({ 'greeting.lua': greeting('fine') })
    await world.eval('require("greeting")')
    const mistakes: [string, RegExp][] = [
      [`local x = = 5${greeting('bad')}`, /greeting\.lua:1: unexpected symbol near '='/],
      [greeting('bad').replace('\nreturn', '\nerror("at the end") return'), /greeting\.lua:4: at the end/],
      ['while true do end', /greeting\.lua:1: stopped: it ran longer/],
      [`require('no.such')${greeting('bad')}`, /module 'no\.such' not found/],
      [greeting('bad').replace('\nreturn {', '\nreturn { _after_reload = function() error("after") end,'), /:4: after/],
    ]
    for (const [source, problem] of mistakes) {
      await world.writeLua('greeting.lua', source)
      await until(() => world.errors().some((message) => problem.test(message)), String(problem))
      expect(await greet()).toBe('fine')
    }
    await world.writeLua('greeting.lua', greeting('mended'))
    await says('mended')
  })

  test('Reloads what others require before those who require it', async () => {
    const counting = (name: string, needs: string) => (version: number) =>
      `${needs} local s = require('hub.state').get('order') s[#s + 1] = '${name}${version}' return {}`
    const [a, b, c] = [counting('a', "require('b')"), counting('b', "require('deep.c')"), counting('c', '')] as const
    await open({ 'a.lua': a(1), 'b.lua': b(1), 'deep/c.lua': c(1) })
    await world.eval('require("a")')
    // At once, as a checkout writes them: what is told one by one is reloaded one by one.
    const files = { 'a.lua': a(2), 'b.lua': b(2), 'deep/c.lua': c(2) }
    for (const [name, source] of Object.entries(files)) writeFileSync(join(world.userDirectory, 'lua', name), source)
    const order = () => world.eval<string[]>('return require("hub.state").get("order")')
    await until(async () => (await order()).length >= 6, 'all reloads')
    expect((await order()).slice(3)).toEqual(['c2', 'b2', 'a2'])
  })
})

describe('A file in place of a shipped one', () => {
  const OVERRIDE = `
    local names = {}
    function names.branch(text) return text end
    function names.new_branch() return 'overridden' end
    function names.key(repo, part) return repo .. '-override-' .. tostring(part) end
    function names.check(name) return name end
    return names`

  test('Counts from the moment it appears, and deleting it brings the shipped one back', async () => {
    await open({})
    const key = () => world.eval('return require("lib.agent_names").key("repo", "x")')
    expect(await key()).toBe('repo-x')
    const path = await world.writeLua('lib/agent_names.lua', OVERRIDE)
    await until(async () => (await key()) === 'repo-override-x', 'the override')
    const made = await world.command<{ key: string }>('create_agent', {
      worktree: false,
      name: 'n',
      command: 'sleep 100',
    })
    expect(made.key).toBe('project-override-n')
    await rm(path)
    await until(async () => (await key()) === 'repo-x', 'the shipped one')
    expect(world.errors()).toEqual([])
  })

  test('That was broken when the hub started counts once it is mended, and deleting it brings the shipped one', async () => {
    await open({ 'handlers/templates.lua': 'local x = = 1', 'handlers/filesystem.lua': 'error("no")' })
    await expect(world.command('template:list')).rejects.toThrow('unknown command')
    await world.writeLua(
      'handlers/templates.lua',
      "commands.register('template:list', function() return { mine = true } end) return {}",
    )
    const templates = () => world.command<object>('template:list').catch(() => ({}))
    await until(async () => 'mine' in (await templates()), 'the mended one')
    await rm(join(world.userDirectory, 'lua/handlers/filesystem.lua'))
    await until(() => world.eval('return commands.has("fs:read")'), 'the shipped one')
    expect(world.hub.errors.list().every(({ outdated }) => outdated)).toBe(true)
  })

  test('That was broken when the hub started and that all others need, too', async () => {
    world = await makeWorld({ files: { 'lib/commands.lua': 'local x = = 1' } })
    await expect(world.eval('return 1')).rejects.toThrow('did not boot')
    const shipped = await readFile(join(packageRoot(), 'lua/lib/commands.lua'), 'utf8')
    await until(async () => {
      await world.writeLua('lib/commands.lua', `${shipped}-- ${Math.random()}\n`) // until the watcher's first look is over
      await delay(300)
      return await world.eval('return commands.has("create_agent") and mcp ~= nil').catch(() => false)
    }, 'all of it')
  })

  test('Of the protected core is for the next start, and the log says so', async () => {
    await open({})
    await world.writeLua('hub/hooks.lua', 'error("never run")')
    await until(() => world.log.find(({ msg }) => msg.startsWith('hub.hooks changed')), 'the warning')
    expect(world.errors()).toEqual([])
  })

  test('May be the watcher itself', async () => {
    await open({ 'greeting.lua': greeting('one') })
    await world.eval('require("greeting")')
    const source = await world.eval<string>(
      'return fs.read(loader.list()[1] and runtime.find_module("handlers.module_watcher"))',
    )
    await world.writeLua('handlers/module_watcher.lua', `log.info('my own watcher')\n${source}`)
    await until(() => world.log.find(({ msg }) => msg === 'my own watcher'), 'the new watcher')
    await watching()
    writeFileSync(join(world.userDirectory, 'lua/greeting.lua'), greeting('two'))
    await says('two')
    await watching() // a second reload would have come by then
    expect(reloads('greeting')).toBe(1)
  })
})

test('A module of one’s own that is deleted stays, and comes back as it is then', async () => {
  await open({ 'greeting.lua': greeting('one') })
  await world.eval('require("greeting")')
  await rm(join(world.userDirectory, 'lua/greeting.lua'))
  await watching()
  expect(await greet()).toBe('one')
  await world.writeLua('greeting.lua', greeting('two'))
  await says('two')
})

test('A user.init that appears later is run, and other files that nobody asked for are not', async () => {
  await open({})
  await rm(join(world.userDirectory, 'lua/user/init.lua'))
  // The command that runs this goes with the file that registered it.
  await world.eval('loader.unload("user.init")').catch(() => undefined)
  await expect(world.eval('return 1')).rejects.toThrow('unknown command')
  await mkdir(join(world.userDirectory, 'lua/other'), { recursive: true })
  await world.writeLua('other/file.lua', 'log.info("other was run")')
  await world.writeLua('user/init.lua', "commands.register('greet', function() return { said = 'from init' } end)")
  await says('from init')
  expect(world.log.map(({ msg }) => msg)).not.toContain('other was run')
})

test('What failed for want of a module is loaded once that can be, be it a module or a plugin', async () => {
  await open({ 'needs.lua': `local missing = require("deep.missing") ${greeting('there')}` })
  expect(await world.eval('return (pcall(require, "needs"))')).toBe(false)
  const plugin = join(world.userDirectory, 'shared/plugins/wants/init.lua')
  await mkdir(join(plugin, '..'), { recursive: true })
  await writeFile(plugin, `require("needs") commands.register("wants", function() return {} end)`)
  await until(() => world.eval('return loader.failure("plugin.wants") ~= nil'), 'the failure of the plugin')
  await world.writeLua('broken.lua', 'return {')
  await writeFile(plugin, `require("broken") require("needs") commands.register("wants", function() return {} end)`)
  await until(() => world.eval('return loader.failure("plugin.wants").because == "broken"'), 'its next failure')
  await world.writeLua('broken.lua', 'return {}')
  await until(() => world.eval('return loader.failure("plugin.wants").because == "deep.missing"'), 'the one after')
  await world.writeLua('deep/missing.lua', 'return {')
  await until(() => world.errors().some((message) => /missing\.lua:1: /.test(message)), 'the failure of the module')
  expect(await world.eval('return commands.has("greet") or commands.has("wants")')).toBe(false)
  await world.writeLua('deep/missing.lua', 'return {}')
  await says('there')
  await until(() => world.eval('return commands.has("wants")'), 'the plugin')
  expect(world.hub.errors.list().filter(({ outdated }) => !outdated)).toEqual([])
})
