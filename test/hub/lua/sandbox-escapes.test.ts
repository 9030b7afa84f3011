// What nobody vouches for, and what it tries.
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadedImprovements } from './loaded-improvements.ts'
import { makeWorld, until, type World } from './world.ts'

/** What botster's own code says and asks, by the names in its sources. */
const spoken = (() => {
  const root = join(import.meta.dirname, '../../..')
  const sources = ['lua/lib', 'lua/handlers', 'lua/hub', 'hub'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(lua|ts)$/.test(name))
      .map((name) => readFileSync(join(root, directory, name), 'utf8')),
  )
  const names = (pattern: RegExp) => [
    ...new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name!))),
  ]
  return {
    events: names(/\bemit\(["']([a-z_]+)["']/g),
    hooks: names(/\bhooks\.(?:notify|call)\(["']([a-z_]+)["']/g),
  }
})()

/** Source of an improvement → what its author hopes for. `escaped()` says that it came true. */
const PRELUDE = `
local function escaped(what) log.error("ESCAPED " .. tostring(what)) end
local function is_nil(value, what) if value ~= nil then escaped(what) end end
local function fails(what, fn, ...) if pcall(fn, ...) then escaped(what) end end
`

const ABSENT = `io os.execute os.exit os.remove os.rename os.getenv os.tmpname debug package require dofile loadfile
  string.dump pty webrtc tui worktree http websocket action_cable secrets records runtime owners sandbox loader state
  socket connection push update mcp commands watch config.set config.env hub.quit hub.clients hub.register_agent
  hub.client_environment hub.user_directory fs.resolve_safe _G.package _G.io coroutine.running.x`.split(/\s+/)

const ESCAPES: Readonly<Record<string, string>> = {
  'what is blocked is not there': `for name in ("${ABSENT.join(' ')}"):gmatch("%S+") do
      local value = _G
      for part in name:gmatch("[^.]+") do value = type(value) == "table" and value[part] or nil end
      is_nil(value, name)
    end`,
  'bytecode is not loaded': `
    is_nil(load("\\27Lua"), "binary") is_nil(load("return 1", "x", "b"), "mode b")
    is_nil(load(function() return nil end, "x", "b"), "reader")
    local part = 0 is_nil(load(function() part = part + 1 return part == 1 and "\\27Lua\\x54\\0" or nil end), "in parts")`,
  'what load gives is as poor as the rest': `
    for _, env in ipairs({ {}, _G, setmetatable({}, { __index = _G }) }) do
      is_nil(load("return io or require or debug or package or pty", "x", "t", env)(), "load")
    end`,
  'the metatable of strings is its own': `
    local mt = getmetatable("") mt.__index = function() return escaped end mt.__concat = function() return "x" end
    string.rep, string.format, table.insert, pairs, type = nil, nil, nil, nil, nil`,
  'globals and metatables of globals are its own': `
    setmetatable(_G, { __index = function(_, k) return k end, __newindex = function() end })
    hooks.on = nil hooks.notify = print events.emit = nil rawset(_G, "tostring", function() return {} end)`,
  'a loop in pcall ends': 'while true do pcall(function() while true do end end) end',
  'a loop in an error handler ends': 'xpcall(function() error("x") end, function() while true do end end)',
  'a loop in coroutines ends': `
    local function nest(n) return coroutine.wrap(function() if n > 0 then nest(n - 1)() end while true do end end) end nest(20)()`,
  'waiting for ever ends': 'while true do coroutine.wrap(function() events.has("x") end)() end',
  'yielding at load ends': 'coroutine.yield() escaped("yield")',
  'endless recursion ends':
    'local function f() return 1 + f() end fails("recursion", f) local function g() pcall(g) g() end g()',
  'endless recursion in patterns and metamethods ends': `
    local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k .. "x"] end fails("index", function() return t.a end)
    fails("nested", string.find, ("("):rep(1000), ("("):rep(1000))`,
  'string.rep bombs are refused': `
    fails("rep", string.rep, "x", 1 << 40) fails("rep sep", string.rep, "x", 1 << 30, ("y"):rep(1000))
    local s = "x" while true do s = s .. s end`,
  'a table grows to its limit': 'local t = {} for i = 1, 1e9 do t[i] = { i, tostring(i) } end escaped("memory")',
  'strings grow to their limit': 'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(100000) .. i end escaped("memory")',
  'huge patterns are stopped': `
    local s = ("a"):rep(30000) s:find((".-"):rep(10) .. "b") escaped("pattern")`,
  'a long plain search is stopped': '(("a"):rep(4e6)):find(("a"):rep(2e6) .. "b", 1, true)',
  'a length that lies is found out': `
    local n = 0 local t = setmetatable({}, { __len = function() n = n + 1 return n == 1 and 1 or 1 << 60 end })
    table.insert(t, 1, "x") table.sort(t) table.remove(t, 1)`,
  'sorting with a comparison that never decides ends': `
    local t = {} for i = 1, 100000 do t[i] = i end table.sort(t, function() return true end) while true do table.sort(t) end`,
  'finalizers are refused': `
    fails("gc", setmetatable, {}, { __gc = function() while true do end end })
    local mt = {} setmetatable({}, mt) mt.__gc = function() escaped("gc") end collectgarbage()`,
  'closing for ever ends':
    'do local x <close> = setmetatable({}, { __close = function() while true do end end }) error("out") end',
  'an error that loops when it is read ends':
    'error(setmetatable({}, { __tostring = function() while true do end end }))',
  'an error of strange shape is only text': `
    local e = {} e.e = e e.message = e e.kind = {} e.traceback = print timer.after(0, function() error(e) end)
    hooks.on("ping", "bad", function() error(e) end) error(e)`,
  'coroutines over the border cannot be resumed twice': `
    local co = coroutine.create(function() return hooks.has_observers("ping") end)
    local other = coroutine.create(function() coroutine.resume(co) end)
    coroutine.wrap(function() coroutine.resume(other) coroutine.resume(co) coroutine.close(co) end)()
    local again = coroutine.wrap(function() return hooks.call("nobody", coroutine.running) end) pcall(again) pcall(again)`,
  'files outside are out of reach': `
    for _, path in ipairs({ "../user/init.lua", "a/../../user/init.lua", "/etc/passwd", config.lua_path() .. "/user/init.lua",
        config.lua_path() .. "/improvements/../user/init.lua", config.lua_path() .. "/improvementsx", "x.txt\\0.lua", "",
        "link", "dirlink/init.lua", "/proc/self/environ", "./../user/init.lua", "dirlink/../../user/init.lua", ".." }) do
      is_nil(fs.read(path), "read " .. path) is_nil(fs.write(path, "return 'overwritten'"), "write " .. path)
      is_nil(fs.copy(path, "stolen"), "copy " .. path) is_nil(fs.rename(path, "stolen"), "rename " .. path)
      is_nil(fs.delete("dirlink/init.lua"), "delete") is_nil(fs.mkdir("../new"), "mkdir") is_nil(fs.rmdir(".."), "rmdir")
      is_nil(fs.read(path, { within = "/" }), "within") if fs.exists("../user/init.lua") then escaped("exists") end
    end`,
  'its directory stays':
    'is_nil(fs.rmdir("."), "rmdir .") is_nil(fs.delete(""), "delete") is_nil(fs.rename(".", "x"), "rename .")',
  'the disk is not filled':
    'local s = ("x"):rep(1 << 22) for i = 1, 100 do if not fs.write("big", s) then fs.delete("big") return end end escaped("disk")',
  'settings stay': `
    local all = config.all() all.theme = "changed" config.get = function() return "changed" end
    is_nil(config.set, "set") is_nil(fs.write(config.data_dir() .. "/config.json", "{}"), "config file")`,
  'hooks of others stay': `
    if hooks.off("ping", "users") or hooks.unintercept("ask", "users") or hooks.disable("ping", "users") then escaped("off") end
    hooks.on("ping", "users", function() end) hooks.on("ping", "../users", function() end)
    for _, hook in ipairs(hooks.list()) do hook.fn = print hook.enabled = false end`,
  'handlers of others stay': 'for id = 1, 200 do if events.off(id) then escaped("events.off " .. id) end end',
  'it cannot speak for the hub': `
    for name in ("${spoken.events.join(' ')}"):gmatch("%S+") do fails(name, events.emit, name, {}) end
    for name in ("${spoken.hooks.join(' ')}"):gmatch("%S+") do fails(name, hooks.notify, name, {}) fails(name, hooks.call, name, {})
    end`,
  'it does not stand between the user and the hub': `
    for _, name in ipairs({ "before_hub_command", "before_command", "filter_agent_env", "before_client_subscribe" }) do
      fails(name, hooks.intercept, name, "x", function() return nil end)
    end`,
  'functions do not cross': `
    fails("emit", events.emit, "leak", { f = print }) fails("emit fn", events.emit, "leak", print)
    fails("notify", hooks.notify, "leak", coroutine.create(print)) fails("options", hooks.on, "leak", "x", print, { priority = print })`,
  'metatables do not cross': `
    events.emit("leak", setmetatable({ n = 1 }, { __index = function() escaped("index") end, __len = error, __pairs = error }))`,
  'what repeats itself does not cross': `
    local t = {} for _ = 1, 40 do t = { t, t } end fails("dag", events.emit, "leak", t) fails("json", json.encode, t)
    local c = {} c.c = c fails("cycle", events.emit, "leak", c) fails("many", events.emit, "leak", ("x"):rep(1 << 21))`,
  'an event storm is held up': 'while true do events.emit("storm", { n = 1 }) end',
  'events that answer themselves are held up': `
    events.on("echo", function(d) events.emit("echo", d) events.emit("echo", d) end) events.emit("echo", {})`,
  'a storm of coroutines is held up': `
    for i = 1, 1e6 do coroutine.wrap(function() hub.get_worktrees() end)() timer.after(0, function() hub.get_worktrees() end) end`,
  'a timer storm is held up': `
    local function again() timer.after(0, again) for i = 1, 1e5 do end end for _ = 1, 400 do again() end`,
  'registrations have an end': `
    for i = 1, 1e5 do hooks.on("many", "h" .. i, function() end) end escaped("registrations")`,
  'log storms are held up': 'for i = 1, 1e6 do log.error(("x"):rep(100000)) end',
  'the wrong arguments do no harm': `
    for _, f in ipairs({ hooks.on, hooks.off, hooks.list, events.on, events.off, events.emit, hub.get_worktrees, timer.after, fs.read, fs.copy }) do
      pcall(f) pcall(f, {}, {}, {}) pcall(f, 0/0, -1, 1 << 62) pcall(f, "a\\0b", "\\255", nil, {}) pcall(f, nil, nil, print)
    end`,
}

describe('Whoever tries to get out of the sandbox does not succeed, and the hub answers all the time:', () => {
  let world: World
  let slowest = 0
  let watching = true
  let watcher: Promise<void>

  beforeAll(async () => {
    world = await makeWorld({ files: { 'user/kept.lua': 'return 1' } })
    await world.eval(`
      config.set("theme", "dark")
      kept = { name = "kept", list = { 1, 2 }, method = function() end }
      hooks.on("ping", "users", function() pinged = (pinged or 0) + 1 end)
      hooks.intercept("ask", "users", function(n) return n end)
      events.on("leak", function(d) leaked = leaked or {} leaked[#leaked + 1] = { getmetatable(d), d } end)`)
    const directory = join(world.userDirectory, 'lua/improvements')
    await mkdir(directory, { recursive: true })
    await symlink(join(world.userDirectory, 'lua/user/init.lua'), join(directory, 'link'))
    await symlink(join(world.userDirectory, 'lua/user'), join(directory, 'dirlink'))
    await writeFile(join(directory, 'x.txt'), 'x')
    await world.writeLua(
      'improvements/neighbour.lua',
      'hooks.intercept("neighbour", "x", function(n) return n + 1 end, { timeout_ms = 2000 })',
    )
    await until(async () => (await loadedImprovements(world)).length === 1, 'the neighbour')
    watcher = (async () => {
      while (watching) {
        const began = performance.now()
        await world.eval('runtime.sleep(0.005)')
        slowest = Math.max(slowest, performance.now() - began)
      }
    })()
  })
  afterAll(async () => {
    watching = false
    await watcher
    await world[Symbol.asyncDispose]()
  })

  for (const [what, source] of Object.entries(ESCAPES)) {
    test(what, async () => {
      const name = what.replaceAll(/\W/g, '_')
      // Not in the directory, where the watcher would load it too.
      const path = await world.writeLua(`attempts/${name}.lua`, PRELUDE + source)
      await world.eval(`loader.load_sandboxed(${JSON.stringify(path)}, ${JSON.stringify(name)})`)
      await world.eval('hooks.notify("ping", kept, kept.method); events.emit("ping", kept); runtime.sleep(0.05)')
      expect(await world.eval('return hooks.call("ask", 5)')).toBe(5)
      expect(
        await world.eval('return ("x"):rep(2) .. tostring(pinged > 0) .. type(kept.method) .. kept.name .. #kept.list'),
      ).toBe('xxtruefunctionkept2')
      await world.eval(`loader.unload("improvements.${name}")`)
      expect(world.log.filter(({ msg }) => msg.includes('ESCAPED')).map(({ msg }) => msg)).toEqual([])
      expect(await readFile(join(world.userDirectory, 'lua/user/kept.lua'), 'utf8')).toBe('return 1')
      expect(await readFile(join(world.userDirectory, 'lua/user/init.lua'), 'utf8')).not.toContain('overwritten')
      expect(await world.eval('return config.get("theme")')).toBe('dark')
      expect(await world.eval('local m for _, l in ipairs(leaked or {}) do m = m or l[1] end return m')).toBeUndefined()
    })
  }

  test('and neither its neighbours were', async () => {
    await until(async () => (await world.eval('return hooks.call("neighbour", 1)')) === 2, 'the neighbour')
    expect(await loadedImprovements(world)).toEqual(['improvements.neighbour'])
  })

  test('the hub was never kept from answering', () => {
    expect(Object.keys(ESCAPES).length).toBeGreaterThan(30)
    expect(slowest).toBeLessThan(10_000)
  })
})
