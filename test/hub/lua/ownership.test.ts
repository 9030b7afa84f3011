// Whatever a module registers is there once, however often it is reloaded, and gone when it is unloaded.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Server, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { type HubClient, hubClient } from '../../modules/support/hub-client.ts'
import { serve, type TestServer } from '../../modules/support/server.ts'
import { makeWorld, until, type World } from './world.ts'

const RELOADS = 100

let world: World
let server: TestServer
let sockets: WebSocketServer
let client: HubClient
let peer: HubClient
const unanswered = new Set<ServerResponse>()
beforeAll(async () => {
  world = await makeWorld()
  writeFileSync(pids(), '')
  server = await serve((request, response) => {
    if (request.url !== '/never') return void response.end()
    unanswered.add(response)
    response.on('close', () => unanswered.delete(response))
  })
  sockets = new WebSocketServer({ server: server.server as Server })
  client = await hubClient(world, 'tui')
  peer = await hubClient(world, 'peer')
  await world.eval(`
    shown = pty.spawn{ cmd = { "cat" } }
    hub.register_agent("shown", { shown })`)
})
afterAll(async () => {
  client[Symbol.dispose]()
  peer[Symbol.dispose]()
  await world[Symbol.asyncDispose]()
  sockets.close()
  await server[Symbol.asyncDispose]()
})

interface Kind {
  /** Registers something that calls `hear()`. */
  readonly source: () => string
  /** What makes it call that, in Lua. */
  readonly poke?: string
  /** The same, from outside. */
  readonly pokeFromOutside?: () => void
  /** How many there are, in Lua. */
  readonly count?: string
  /** The same, seen from outside. */
  readonly countOutside?: () => number
  /** Nothing makes it call `hear()`. */
  readonly isSilent?: true
}

/** File with the pids of programs that were started. */
const pids = () => join(world.userDirectory, 'pids')
const isAlive = (pid: string) => {
  try {
    return pid !== '' && process.kill(Number(pid), 0)
  } catch {
    return false
  }
}

const KINDS: Record<string, Kind> = {
  'events.on': { source: () => 'events.on("own.event", hear)', count: 'events.emit("own.event")' },
  'hooks.on': { source: () => 'hooks.on("own.hook", "mine", hear)', count: 'hooks.notify("own.hook")' },
  'hooks.intercept': {
    source: () => 'hooks.intercept("own.hook", "mine", function(v) hear() return v end)',
    poke: 'hooks.call("own.hook", 1)',
    count: '#hooks.list("own.hook")',
  },
  'timer.every': { source: () => 'timer.every(0.01, hear)' },
  'watch.directory': {
    source: () => `watch.directory("${world.userDirectory}/watched", hear)`,
    pokeFromOutside: () => writeFileSync(join(world.userDirectory, 'watched/file'), String(Math.random())),
  },
  'watch.directory with poll': {
    source: () => `watch.directory("${world.userDirectory}/watched", hear, { poll = true, poll_interval = 0.1 })`,
    pokeFromOutside: () => writeFileSync(join(world.userDirectory, 'watched/file'), String(Math.random())),
  },
  'websocket.connect': {
    source: () => `websocket.connect("ws://127.0.0.1:${server.port}/", { on_message = hear })`,
    pokeFromOutside: () => {
      for (const socket of sockets.clients) socket.send('poke')
    },
    countOutside: () => sockets.clients.size,
  },
  'action_cable.connect': {
    source: () => `action_cable.connect{ url = "ws://127.0.0.1:${server.port}/cable" }`,
    countOutside: () => sockets.clients.size,
    isSilent: true,
  },
  'commands.register': {
    source: () => 'commands.register("own_command", hear)',
    poke: 'commands.dispatch({ id = "x" }, nil, { type = "own_command" })',
    count: 'how_many(commands.list(), "type", "own_command")',
  },
  'mcp.tool': {
    source: () => 'mcp.tool("own_tool", { description = "d" }, hear)',
    poke: 'mcp.call_tool("own_tool", {}, {})',
    count: 'how_many(mcp.list_tools(), "name", "own_tool")',
  },
  'mcp.prompt': {
    source: () => 'mcp.prompt("own_prompt", { description = "d" }, function() hear() return "text" end)',
    poke: 'mcp.get_prompt("own_prompt", {}, {})',
    count: 'how_many(mcp.list_prompts(), "name", "own_prompt")',
  },
  'a service, a coroutine that never ends': {
    source: () => 'runtime.start(owners.current(), function() while true do runtime.sleep(0.01) hear() end end)',
    count: 'owners.count(loader.owner("plugin.owns")).coroutines',
  },
  'tui.create_pty_forwarder': {
    source: () => `
      forwarders[#forwarders + 1] = assert(tui.create_pty_forwarder{
        client_id = "${client.id}", agent_index = 0, subscription_id = "s" .. #forwarders })`,
    count: 'active(forwarders)',
    isSilent: true,
  },
  'socket.create_pty_forwarder': {
    source: () => `
      forwarders[#forwarders + 1] = assert(socket.create_pty_forwarder{ client_id = "${peer.id}", agent_index = 0 })`,
    count: 'active(forwarders)',
    isSilent: true,
  },
  'http.request': {
    source: () => `http.request("GET", "http://127.0.0.1:${server.port}/never", {}, hear)`,
    countOutside: () => unanswered.size,
    isSilent: true,
  },
  'io.popen': {
    source: () => `io.popen("echo $$ >> ${pids()}; exec cat > /dev/null", "w")`,
    countOutside: () => readFileSync(pids(), 'utf8').split('\n').filter(isAlive).length,
    isSilent: true,
  },
  'hub.register_agent': {
    source: () => 'hub.register_agent("own", { shown })',
    count: 'registered(1)',
    isSilent: true,
  },
  'socket.on_message': { source: () => 'socket.on_message(hear)', pokeFromOutside: () => peer.send({ type: 'poke' }) },
  'tui.on_message': { source: () => 'tui.on_message(hear)', pokeFromOutside: () => client.send({ type: 'poke' }) },
}

const PRELUDE = `
  seen, forwarders, generation, is_broken = {}, {}, 0, false
  function how_many(entries, field, name)
    local n = 0
    for _, entry in ipairs(entries) do if entry[field] == name then n = n + 1 end end
    return n
  end
  function active(list)
    local n = 0
    for _, one in ipairs(list) do if one:is_active() then n = n + 1 end end
    return n
  end
  function registered(index)
    local _, _, err = socket.create_pty_forwarder{ client_id = "nobody", agent_index = index }
    return err.kind == "no_client" and 1 or 0
  end`

describe('However often a plugin is reloaded, also in vain, it has one of what it registers, and none once it is unloaded:', () => {
  for (const [name, { source, poke, pokeFromOutside, count, countOutside, isSilent }] of Object.entries(KINDS)) {
    test(name, async () => {
      await world.eval(`${PRELUDE} fs.mkdir("${world.userDirectory}/watched")`)
      const path = await world.writeLua(
        'owns.lua',
        `generation = generation + 1
         local mine = generation
         local function hear() seen[mine] = true return true end
         ${source()}
         if is_broken then error("half way") end
         return {}`,
      )
      /** Versions that hear, after whatever makes them hear. */
      const hearing = async () => {
        pokeFromOutside?.()
        return await world.eval<number[]>(`
          ${poke ?? ''}
          local list = {}
          for number in pairs(seen) do list[#list + 1] = number end
          return require("lib.list")(list)`)
      }
      await world.eval(`
        for i = 1, ${RELOADS} + 1 do assert(loader.load_plugin("${path}", "owns")) end
        seen = {}`)
      const expectOne = async () => {
        if (count !== undefined) expect(await world.eval(`return ${count}`)).toBe(1)
        if (countOutside !== undefined) await until(() => countOutside() === 1, 'one connection')
        if (!isSilent) {
          await until(async () => (await hearing()).length > 0, 'something heard')
          expect(await hearing()).toEqual([RELOADS + 1])
        }
        const registrations = await world.eval('return owners.count(loader.owner("plugin.owns")).registrations')
        expect(registrations).toBeLessThanOrEqual(1)
      }
      await expectOne()

      await world.eval('is_broken = true assert(not loader.reload_plugin("owns")) seen = {}')
      await expectOne() // the version before, whole

      await world.eval('last = loader.owner("plugin.owns") assert(loader.unload("plugin.owns")) seen = {}')
      if (count !== undefined) expect(await world.eval(`return ${count}`)).toBe(0)
      if (countOutside !== undefined) await until(() => countOutside() === 0, 'no connection')
      expect(await world.eval('local c = owners.count(last) return { c.registrations, c.coroutines }')).toEqual([0, 0])
      if (!isSilent) {
        await hearing()
        await world.eval('runtime.sleep(0.15)') // longer than any of them takes to hear
        expect(await hearing()).toEqual([])
      }
    })
  }
})

test('What a command of the user’s own module registers goes with the module, as what a plugin’s does', async () => {
  const source = `commands.register("begin", function() events.on("own.event", function() end) return {} end)`
  await world.writeLua('beginning.lua', source)
  await world.eval(
    `require("beginning") loader.load_plugin("${await world.writeLua('other.lua', source.replace('begin', 'begin:plugin'))}", "begins")`,
  )
  for (const name of ['begin', 'begin:plugin']) {
    await world.command(name)
    expect(await world.eval('return events.emit("own.event")')).toBe(1)
    await world.eval(`loader.unload("${name === 'begin' ? 'beginning' : 'plugin.begins'}")`)
    expect(await world.eval('return events.emit("own.event")')).toBe(0)
  }
})

test('A thousand reloads leave nothing in memory', async () => {
  const source = Object.entries(KINDS)
    .filter(([name]) => /^(events|hooks|timer|commands|mcp|tui.on|socket.on)/.test(name))
    .map(([, kind]) => kind.source())
  await world.writeLua('flat.lua', `local function hear() end\n${source.join('\n')}\nreturn {}`)
  await world.eval('require("flat")')
  const reload = async (times: number) => {
    for (let i = 0; i < times / 20; i++) await world.eval('for i = 1, 20 do assert(loader.reload("flat")) end')
  }
  const used = async () => {
    const lua = await world.eval<number>('collectgarbage() collectgarbage() return collectgarbage("count")')
    collectGarbage()
    return { lua, heap: process.memoryUsage().heapUsed / 1024 }
  }
  await reload(500) // until everything is compiled that will be
  const before = await used()
  await reload(1000)
  const after = await used()
  // In kilobytes: of one version that stayed each time there would be ten times as much.
  expect(after.lua - before.lua).toBeLessThan(20)
  expect(after.heap - before.heap).toBeLessThan(1000)
  await world.eval('loader.unload("flat")')
})

/** What `node --expose-gc` would have as `gc`. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
