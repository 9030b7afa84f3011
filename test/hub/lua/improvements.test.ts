import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { loadedImprovements } from './loaded-improvements.ts'
import { makeWorld, until, type World } from './world.ts'

let world: World
/** At once: nothing that is half written is loaded. */
async function put(name: string, source: string): Promise<string> {
  const draft = await world.writeLua(`improvements/${name}.draft`, source)
  const file = draft.replace(/draft$/, 'lua')
  await rename(draft, file)
  return file
}
const said = (text: string) => until(() => world.log.some(({ msg }) => msg === text), `'${text}' in the log`)
const loaded = () => loadedImprovements(world)

describe('Improvements', () => {
  afterEach(() => world[Symbol.asyncDispose]())

  test('loader.load_improvements: are loaded last, by name, and a broken one keeps no other from it', async () => {
    world = await makeWorld({
      files: {
        'improvements/b.lua': 'log.info("b is here")\nevents.on("poke", function(d) log.info("b: " .. d.word) end)',
        'improvements/a.lua': 'log.info("a is here")\nlocal x = = 1',
        'improvements/c.lua': '\nerror("cannot start")',
        'improvements/deep/d.lua': 'log.info("not this")',
        'improvements/bad name.lua': 'log.info("nor this")',
      },
    })
    await until(async () => (await loaded()).length === 1 && world.errors().length === 2, 'the end of the boot')
    expect(await loaded()).toEqual(['improvements.b'])
    expect(world.errors()).toEqual([
      expect.stringMatching(/improvements\/a\.lua:2: unexpected symbol near '='/),
      expect.stringMatching(/improvements\/c\.lua:2: cannot start/),
    ])
    expect(world.hub.status().errors.map(({ owner }) => owner)).toEqual(['improvements.a', 'improvements.c'])
    const steps = () => world.log.flatMap(({ msg }) => /^boot: (\S+) took/.exec(msg)?.[1] ?? [])
    await until(() => steps().at(-1) === 'improvements', 'the last step')
    await world.eval('events.emit("poke", { word = "hello" })')
    await said('b: hello')
    expect(world.log.map(({ msg }) => msg)).not.toContain('not this')
    await put('c', 'return { _before_reload = function() end, version = 1 }')
    await until(async () => (await loaded()).length === 2, 'one that returns functions, which are ignored')
    await expect(world.eval('require("improvements.b")')).rejects.toThrow('runs in the sandbox alone')
  })

  test('are loaded anew when they change, and unloaded with all they registered when they are gone', async () => {
    world = await makeWorld()
    const greeting = (word: string) => `
      hooks.on("ping", "greet", function(n) log.info("${word} " .. n) end)
      timer.every(0.02, function() fs.write("tick", "${word}") end)`
    const file = await put('mine', greeting('one'))
    await until(async () => (await loaded()).length === 1, 'the first version')
    await world.eval('hooks.notify("ping", 1)')
    await said('one 1')
    await put('mine', `${greeting('broken')} error("no")`)
    await until(() => world.errors().some((text) => /mine\.lua:\d+: no/.test(text)), 'the error')
    await world.eval('hooks.notify("ping", 2)')
    await said('one 2')
    await put('mine', greeting('two'))
    const loads = () => world.log.filter(({ msg }) => msg.startsWith('loaded improvement mine'))
    await until(() => loads().length >= 2, 'the second')
    await until(async () => (await world.eval('return #hooks.list("ping")')) === 1)
    const tick = join(world.userDirectory, 'lua/improvements/tick')
    await until(async () => (await readFile(tick, 'utf8')) === 'two', 'its tick')
    await world.eval('hooks.notify("ping", 3)')
    await said('two 3')
    // What the file system told of is seen again at the next look, and loaded once all the same.
    await world.eval('runtime.sleep(2.2)')
    expect(loads()).toHaveLength(2)
    await rm(file)
    await said('unloaded improvement mine: its file is gone')
    expect(await world.eval('return #hooks.list("ping")')).toBe(0)
    await until(async () => {
      await writeFile(tick, 'nobody') // its thread may be at work a moment longer
      await world.eval('runtime.sleep(0.3)')
      return (await readFile(tick, 'utf8')) === 'nobody'
    }, 'the end of its timer')
    expect(world.log.filter(({ msg }) => msg === 'one 3')).toEqual([])
  })

  test('use what they may: log, json, timer, config, worktrees, files of their own, hooks and events both ways', async () => {
    world = await makeWorld()
    await world.eval('config.set("theme", "dark"); events.on("sum", function(d) got = d end)')
    await put(
      'all',
      `local r = {}
       r.theme, r.all = config.get("theme"), config.all().theme
       r.paths = config.lua_path() ~= nil and config.data_dir() ~= nil
       r.worktrees = #hub.get_worktrees()
       assert(fs.write("notes/a.txt", "\\0\\255") and fs.read(config.lua_path() .. "/improvements/notes/a.txt") == "\\0\\255")
       r.files = table.concat(fs.listdir("notes"), ",") .. tostring(fs.is_dir(".")) .. tostring(fs.stat("none").exists)
       fs.copy("notes/a.txt", "b.txt") fs.rename("b.txt", "c.txt") r.moved = fs.exists("c.txt") and not fs.exists("b.txt")
       fs.delete("c.txt") fs.rmdir("notes") r.gone = not fs.exists("notes")
       r.json = json.decode(json.encode({ a = 1 })).a
       local own = events.on("mine", function(d) r.heard = d.n end)
       hooks.intercept("ask", "double", function(n) return n * 2 end, { timeout_ms = 2000 })
       hooks.on("ask", "look", function() end)
       timer.after(0.05, function()
         r.has, r.handlers, r.off = events.has("mine"), events.emit("mine", { n = 7 }), events.off(own)
         r.list = hooks.list("ask")[1].name .. #hooks.list_events()
         r.answer = hooks.call("ask", 21)
         r.count = hooks.notify("ask", 1)
         r.removed = hooks.off("ask", "look") and not hooks.off("ask", "look") and not hooks.has_observers("ask")
         events.emit("sum", r)
       end)`,
    )
    await until(async () => (await loaded()).length === 1 || world.errors().length > 0)
    expect(world.errors()).toEqual([])
    const got = await until(() => world.eval<Record<string, unknown> | null>('return got'), 'the answer')
    expect(got).toMatchObject({
      theme: 'dark',
      all: 'dark',
      paths: true,
      worktrees: 1,
      files: 'a.txttruefalse',
      moved: true,
      gone: true,
      json: 1,
      heard: 7,
      has: true,
      handlers: 1,
      off: true,
      answer: 42,
      count: 1,
      removed: true,
    })
    expect(world.errors()).toEqual([])
  })

  test('may refuse an agent or change its name, and nothing that says which programs are run or what is lost', async () => {
    world = await makeWorld()
    await put(
      'careful',
      `hooks.intercept("before_agent_create", "x", function(options)
         if options.prompt == "never" then return nil end
         options.prompt, options.name, options.command, options.env = "changed", "renamed", "touch escaped", { A = "b" }
         options.cwd, options.worktree = "/", true
         return options
       end, { timeout_ms = 2000 })
       hooks.intercept("before_agent_delete", "x", function(options)
         options.force, options.delete_worktree, options.delete_branch = true, true, true
         return options
       end, { timeout_ms = 2000 })`,
    )
    await until(async () => (await loaded()).length === 1)
    const create = (prompt: string) =>
      world.command<{ name: string; id: string }>('create_agent', { worktree: false, command: 'sleep 100', prompt })
    await expect(create('never')).rejects.toThrow('a hook refused the agent')
    const made = await create('anything')
    expect(made.name).toBe('renamed')
    expect(await world.eval(`return records.agent("${made.id}").prompt`)).toBe('anything')
    expect(await world.eval('return fs.exists("escaped")')).toBe(false)
    const { key } = await world.command<{ key: string }>('create_agent', { branch: 'kept', command: 'sleep 100' })
    expect(await world.command('delete_agent', { agent: key })).toMatchObject({ agent_key: key })
    expect(await world.eval('return worktree.find("kept") ~= nil')).toBe(true)
  })
})
