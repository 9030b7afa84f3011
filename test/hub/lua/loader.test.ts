import type { Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { hubClient } from '../../modules/support/hub-client.ts'
import { serve } from '../../modules/support/server.ts'
import { makeWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  // Here it is the tests that say when something is reloaded.
  await world.eval('loader.unload("handlers.module_watcher")')
})
afterAll(() => world[Symbol.asyncDispose]())

/** A module that registers one of everything, and says which version of it did what. */
const module = (version: string, extra = '') => `
local M = { version = "${version}" }
function M.value() return M.version end
hooks.on("ping", "my.mod", function() calls[#calls + 1] = "hook ${version}" end)
commands.register("my_command", function() return "command ${version}" end)
events.on("ping", function() calls[#calls + 1] = "event ${version}" end)
timer.every(0.005, function() ticks["${version}"] = (ticks["${version}"] or 0) + 1 end)
tui.on_message(function() calls[#calls + 1] = "tui ${version}" end)
${extra}
return M
`

/** What a ping reaches, in order, and what the command and the exports say. */
const state = () =>
  world.eval<string[]>(`
    calls = {}
    hooks.notify("ping"); events.emit("ping")
    return { table.concat(calls, ", "), commands.dispatch({ id = "x" }, nil, { type = "my_command" }), held.value() }
  `)

const reload = (name = 'my.mod') =>
  world.eval<string | boolean>(`
  local ok, message = loader.reload("${name}")
  return ok or message
`)

const ticksOf = async (version: string) => await world.eval<number>(`return ticks["${version}"] or 0`)

const isTicking = async (version: string) => {
  const before = await ticksOf(version)
  await until(async () => (await ticksOf(version)) > before, `a tick of ${version}`)
}

beforeEach(async () => {
  await world.eval('loader.unload("my.mod"); calls = {}; ticks = {}')
  await world.writeLua('my/mod.lua', module('one'))
  await world.eval('held = require("my.mod")')
})

const ONE = ['hook one, event one', 'command one', 'one']

test('A module registers what it likes while it loads', async () => {
  expect(await state()).toEqual(ONE)
  await isTicking('one')
})

test('A reload swaps everything, also behind references held elsewhere', async () => {
  await world.writeLua('my/mod.lua', module('two', 'function M.more() return M.version .. "+" end'))
  expect(await reload()).toBe(true)
  expect(await state()).toEqual(['hook two, event two', 'command two', 'two'])
  expect(await world.eval('return held.more() .. tostring(held == require("my.mod"))')).toBe('two+true')
  await isTicking('two')
  const stopped = await ticksOf('one')
  await isTicking('two')
  expect(await ticksOf('one')).toBe(stopped)
})

test('Five reloads leave one of everything', async () => {
  for (const version of ['a', 'b', 'c', 'd', 'e']) {
    await world.writeLua('my/mod.lua', module(version))
    expect(await reload()).toBe(true)
  }
  expect(await state()).toEqual(['hook e, event e', 'command e', 'e'])
})

test('What the new version wrote into its own table later is seen by those who hold the old one', async () => {
  await world.writeLua('my/mod.lua', 'local M = { n = 0 }\nfunction M.count() M.n = M.n + 1 return M.n end\nreturn M')
  await reload()
  expect(await world.eval('held.count(); held.count(); return held.n')).toBe(2)
})

test('Lifecycle callbacks run, the old one before and the new one after', async () => {
  await world.writeLua('my/mod.lua', module('two', 'function M._before_reload() calls[#calls+1] = "before two" end'))
  await reload()
  await world.writeLua(
    'my/mod.lua',
    module('three', 'function M._after_reload() calls[#calls+1] = "after " .. held.value() end'),
  )
  await world.eval('calls = {}')
  await reload()
  expect(await world.eval('return table.concat(calls, ", ")')).toBe('before two, after three')
})

describe('A reload that fails leaves the old version whole:', () => {
  const broken = {
    'a syntax error': { source: 'return {', says: /mod\.lua:1: .*expected/ },
    'an error half way': { source: module('two', 'error("half way")'), says: /mod\.lua:\d+: half way/ },
    'an endless loop': { source: module('two', 'while true do pcall(error) end'), says: /longer than it may/ },
    'an error in _after_reload': {
      source: module('two', 'function M._after_reload() error("after") end'),
      says: /mod\.lua:\d+: after/,
    },
    'an error after waiting': { source: module('two', 'runtime.sleep(0.01) error("late")'), says: /late/ },
    'a module it cannot find': { source: module('two', 'require("not.there")'), says: /module 'not.there' not found/ },
  }
  for (const [what, { source, says }] of Object.entries(broken)) {
    test(what, async () => {
      await world.writeLua('my/mod.lua', source)
      expect(await reload()).toMatch(says)
      expect(await state()).toEqual(ONE)
      await isTicking('one')
      expect(await ticksOf('two')).toBe(0)
      expect(world.errors().some((text) => says.test(text))).toBe(true)
      await world.writeLua('my/mod.lua', module('three'))
      expect(await reload()).toBe(true)
      expect(await state()).toEqual(['hook three, event three', 'command three', 'three'])
    })
  }

  test('an error in _before_reload that had closed its connections and given up its requests', async () => {
    await using server = await serve((_, response) => void setTimeout(() => response.end('late'), 300))
    const sockets = new WebSocketServer({ server: server.server as Server })
    const talking = `
      my_socket = websocket.connect("ws://127.0.0.1:${server.port}/", {
        on_open = function() opened = (opened or 0) + 1 end, on_close = function() closed = true end })
      http.request("GET", "http://127.0.0.1:${server.port}/", {}, function(response) answered = response and response.body end)
      function M._before_reload() websocket.close(my_socket, 1000, "done") error("not now") end`
    await world.writeLua('my/mod.lua', module('talking', talking))
    await reload()
    await until(() => world.eval('return opened'), 'the connection')
    await world.writeLua('my/mod.lua', module('two'))
    expect(await reload()).toMatch(/not now/)
    await until(() => world.eval('return answered == "late"'), 'the answer')
    expect(await world.eval('return { closed == nil, websocket.send(my_socket, "still there") }')).toEqual([true, true])
    await world.eval('loader.unload("my.mod"); held = require("my.mod")')
    await until(() => sockets.clients.size === 0, 'the end of the connection')
  })

  test('an error after it has given globals other values', async () => {
    await world.eval('helper = function() return "old" end; kept_global = 1')
    const other = 'function helper() return "new" end kept_global = nil made_global = 1 pairs = nil error("half way")'
    await world.writeLua('my/mod.lua', module('two', other))
    expect(await reload()).toMatch(/half way/)
    expect(await world.eval('return { helper(), kept_global, made_global == nil, pairs ~= nil }')).toEqual([
      'old',
      1,
      true,
      true,
    ])
    await world.writeLua('my/mod.lua', module('three', 'made_global = 1'))
    await reload()
    expect(await world.eval('return made_global')).toBe(1)
  })

  test('an error after it has given names of the language and functions of libraries other values', async () => {
    const functions =
      'next, type, ipairs, pcall, tostring, rawset, setmetatable, table.remove, string.trim, fs.read, json.encode'
    await world.eval(`before = table.pack(${functions})`)
    const careless = `
      type, next, ipairs, pcall, tostring, rawset, setmetatable = "a", 1, nil, {}, false, nil, nil
      table.remove, string.trim, json.encode = nil, function() end, nil
      fs.read = function() return "nothing" end
      error("half way")`
    await world.writeLua('my/mod.lua', module('two', careless))
    expect(await reload()).toMatch(/mod\.lua:\d+: half way/)
    const same = `local now, same = table.pack(${functions}), true
      for i = 1, before.n do same = same and now[i] == before[i] end
      return same`
    expect(await world.eval(same)).toBe(true)
    expect(await state()).toEqual(ONE)
    await isTicking('one')
  })

  test('an error after it has named agents’ terminals anew, and started programs', async () => {
    await world.eval(`
      one, two = pty.spawn{ cmd = { "cat" } }, pty.spawn{ cmd = { "cat" } }
      hub.register_agent("a", { one }) hub.register_agent("b", { one })`)
    using client = await hubClient(world, 'peer')
    /** Whose terminals the first four agents have. */
    const registered = `
      local shown = {}
      for i = 1, 4 do
        local forwarder = socket.create_pty_forwarder{ client_id = "${client.id}", agent_index = i - 1 }
        shown[i] = forwarder and forwarder:id() or "none"
        if forwarder then forwarder:stop() end
      end
      return shown`
    const before = await world.eval<string[]>(registered)
    expect(new Set(before).size).toBeGreaterThan(1) // one and none, and what other tests have named
    const sessions = () => world.eval<number>('return #pty.list()')
    const running = await sessions()
    const naming = `
      hub.register_agent("a", { two }) hub.unregister_agent("b") hub.register_agent("c", { two }) hub.register_agent("b", { two })
      mine = pty.spawn{ cmd = { "cat" } }:session_id()
      error("half way")`
    await world.writeLua('my/mod.lua', module('two', naming))
    expect(await reload()).toMatch(/half way/)
    expect(await world.eval(registered)).toEqual(before)
    await until(async () => (await sessions()) === running, 'the end of the program')
    await world.eval('one:kill(0) two:kill(0) hub.unregister_agent("a") hub.unregister_agent("b")')
  })

  test('somebody who asked for it and did not wait for it', async () => {
    await world.writeLua('my/mod.lua', module('two', 'M.value = nil held.value = nil runtime.sleep(5)'))
    expect(await world.eval('return select(2, task.deadline(0.3, loader.reload, "my.mod"))')).toContain('within 0.3 s')
    await until(() => world.errors().some((text) => /mod\.lua: its loading was broken off/.test(text)), 'the report')
    expect(await state()).toEqual(ONE)
    await isTicking('one')
    expect(await ticksOf('two')).toBe(0)
    await world.writeLua('my/mod.lua', module('three'))
    expect(await reload()).toBe(true)
    expect(await state()).toEqual(['hook three, event three', 'command three', 'three'])
  })

  test('an error in _before_reload, whatever it had removed', async () => {
    const undoing = `
      function M._before_reload()
        hooks.off("ping", "my.mod"); commands.unregister("my_command"); events.off(my_event); timer.cancel(my_timer)
        M.value = nil
        error("not now")
      end
      my_event = events.on("pong", function() calls[#calls + 1] = "pong" end)
      my_timer = timer.every(0.005, function() ticks.mine = (ticks.mine or 0) + 1 end)`
    await world.writeLua('my/mod.lua', module('undoing', undoing))
    await reload()
    await world.writeLua('my/mod.lua', module('two'))
    expect(await reload()).toMatch(/not now/)
    expect(await state()).toEqual(['hook undoing, event undoing', 'command undoing', 'undoing'])
    expect(await world.eval('calls = {}; events.emit("pong"); return table.concat(calls)')).toBe('pong')
    await isTicking('mine')
  })
})

test('The order of hooks with the same priority is that of before the reload', async () => {
  await world.eval('hooks.on("ping", "other", function() calls[#calls + 1] = "other" end)')
  await world.writeLua('my/mod.lua', module('two'))
  await reload()
  expect((await state())[0]).toBe('hook two, other, event two')
  await world.eval('hooks.off("ping", "other")')
})

test('Protected modules and those that were never loaded are not reloaded', async () => {
  for (const name of ['hub.state', 'hub.hooks', 'hub.loader']) {
    expect(await reload(name)).toContain('protected')
    expect(await world.eval(`return loader.is_protected("${name}")`)).toBe(true)
  }
  expect(await reload('never.heard')).toContain('is not loaded')
})

test('Every module that botster ships can be reloaded while it works', async () => {
  const names = await world.eval<string[]>(`
    local names = {}
    for _, module in ipairs(loader.list()) do names[#names + 1] = module.name end
    return names
  `)
  expect(names).toContain('handlers.hub_commands')
  for (const name of names.filter((name) => name.startsWith('lib.') || name.startsWith('handlers.'))) {
    expect([name, await reload(name)]).toEqual([name, true])
  }
  const keys = async () => {
    const { agents } = await world.command<{ agents: { key: string }[] }>('list_agents')
    return agents.map(({ key }) => key)
  }
  const before = await keys()
  const { key } = await world.command<{ key: string }>('create_agent', { worktree: false, command: 'sleep 100' })
  expect(await keys()).toEqual([...before, key])
  await world.command('delete_agent', { agent: key })
})

test('An agent that is being created is finished by the code that began it', async () => {
  const creating = world.command<{ status: string }>('create_agent', { branch: 'meanwhile', command: 'sleep 100' })
  for (const name of ['lib.agent', 'lib.agent_create', 'lib.commands', 'handlers.hub_commands', 'handlers.commands']) {
    expect(await reload(name)).toBe(true)
  }
  expect((await creating).status).toBe('running')
})

describe('Plugins', () => {
  const path = () => join(world.userDirectory, 'lua', 'plugin', 'init.lua')

  test('Own what they register: unloading takes it away, and ends what they still run', async () => {
    await world.writeLua(
      'plugin/init.lua',
      `
      commands.register("from_plugin", function() runtime.sleep(60) end)
      hooks.on("ping", "plugin", function() calls[#calls + 1] = "plugin" end)
      return {}`,
    )
    expect(await world.eval(`return loader.load_plugin("${path()}", "mine")`)).toBe(true)
    expect(await world.eval('return package.loaded["plugin.mine"] ~= nil and commands.has("from_plugin")')).toBe(true)
    const waiting = world.command('from_plugin')
    expect(await world.eval('return loader.unload("plugin.mine")')).toBe(true)
    await expect(waiting).rejects.toThrow('released')
    expect(await world.eval('return commands.has("from_plugin")')).toBe(false)
    expect((await state())[0]).toBe('hook one, event one')
  })

  test('That fail to load leave nothing behind, and say where', async () => {
    await world.writeLua('plugin/init.lua', 'commands.register("half", print)\nerror("cannot")')
    expect(
      await world.eval(`local ok, message = loader.load_plugin("${path()}", "mine"); return { ok, message }`),
    ).toEqual([false, expect.stringMatching(/init\.lua:2: cannot/)])
    expect(await world.eval('return commands.has("half")')).toBe(false)
  })

  test('Reload by name', async () => {
    await world.writeLua('plugin/init.lua', 'return { v = 1 }')
    await world.eval(`loader.load_plugin("${path()}", "mine"); plugin = require("plugin.mine")`)
    await world.writeLua('plugin/init.lua', 'return { v = 2 }')
    expect(await world.eval('return loader.reload_plugin("mine") and plugin.v')).toBe(2)
  })
})

test('The user’s module stands before the shipped one, and the shipped one comes back', async () => {
  await world.writeLua('lib/list.lua', 'return function() return { "mine" } end')
  expect(await world.eval('loader.reload("lib.list"); return require("lib.list")()[1]')).toBe('mine')
  const { rm } = await import('node:fs/promises')
  await rm(join(world.userDirectory, 'lua/lib/list.lua'))
  expect(await world.eval('loader.reload("lib.list"); return #require("lib.list")()')).toBe(0)
})

describe('Modules that are being loaded', () => {
  test('Are waited for by others who want them, and run once', async () => {
    await world.writeLua('slow.lua', 'loads = (loads or 0) + 1 runtime.sleep(0.2) return { number = loads }')
    const wanted = 'return require("slow").number'
    expect(await Promise.all([world.eval(wanted), world.eval(wanted), world.eval(wanted)])).toEqual([1, 1, 1])
    expect(await world.eval('return loads')).toBe(1)
    const twice = await Promise.all([reload('slow'), reload('slow')])
    expect([twice, await world.eval('return loads')]).toEqual([[true, true], 3])
  })

  test('Cannot require themselves, by whatever way', async () => {
    await world.writeLua('round/a.lua', 'return require("round.b")')
    await world.writeLua('round/b.lua', 'runtime.sleep(0.01) return require("round.a")')
    await expect(world.eval('return require("round.a")')).rejects.toThrow(
      "'round.a' is being loaded and requires itself, by way of what it requires",
    )
    await world.writeLua('round/b.lua', 'return 5')
    expect(await world.eval('return require("round.a")')).toBe(5)
  })
})
