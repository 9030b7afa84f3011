// Whatever a module registers is there once, however often it is reloaded, and gone when it is unloaded.
import { writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
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
beforeAll(async () => {
  world = await makeWorld()
  server = await serve((_, response) => response.end())
  sockets = new WebSocketServer({ server: server.server as Server })
  client = await hubClient(world, 'tui')
  await world.eval(`
    hub.register_agent("shown", { pty.spawn{ cmd = { "cat" } } })`)
})
afterAll(async () => {
  client[Symbol.dispose]()
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
    source: () => `websocket.connect("ws://127.0.0.1:${server.port}/", { on_open = hear })`,
    countOutside: () => sockets.clients.size,
  },
  'action_cable.connect': {
    source: () => `action_cable.connect{ url = "ws://127.0.0.1:${server.port}/cable" }`,
    countOutside: () => sockets.clients.size,
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
  },
  'tui.on_message': { source: () => 'tui.on_message(hear)', pokeFromOutside: () => client.send({ type: 'poke' }) },
}

const PRELUDE = `
  seen, forwarders, generation = {}, {}, 0
  function how_many(entries, field, name)
    local n = 0
    for _, entry in ipairs(entries) do if entry[field] == name then n = n + 1 end end
    return n
  end
  function active(list)
    local n = 0
    for _, one in ipairs(list) do if one:is_active() then n = n + 1 end end
    return n
  end`

describe('However often a plugin is reloaded, it has one of what it registers, and none once it is unloaded:', () => {
  for (const [name, { source, poke, pokeFromOutside, count, countOutside }] of Object.entries(KINDS)) {
    test(name, async () => {
      await world.eval(`${PRELUDE} fs.mkdir("${world.userDirectory}/watched")`)
      const path = await world.writeLua(
        'owns.lua',
        `generation = generation + 1
         local mine = generation
         local function hear() seen[mine] = true return true end
         ${source()}
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
      const hears = name !== 'tui.create_pty_forwarder' && !name.startsWith('action_cable')
      await world.eval(`
        for i = 1, ${RELOADS} + 1 do assert(loader.load_plugin("${path}", "owns")) end
        seen = {}`)
      if (count !== undefined) expect(await world.eval(`return ${count}`)).toBe(1)
      if (countOutside !== undefined) await until(() => countOutside() === 1, 'one connection')
      if (hears) {
        await until(async () => (await hearing()).length > 0, 'something heard')
        expect(await hearing()).toEqual([RELOADS + 1])
      }
      const registrations = await world.eval('return owners.count(loader.owner("plugin.owns")).registrations')
      expect(registrations).toBeLessThanOrEqual(1)

      await world.eval('last = loader.owner("plugin.owns") assert(loader.unload("plugin.owns")) seen = {}')
      if (count !== undefined) expect(await world.eval(`return ${count}`)).toBe(0)
      if (countOutside !== undefined) await until(() => countOutside() === 0, 'no connection')
      expect(await world.eval('local c = owners.count(last) return { c.registrations, c.coroutines }')).toEqual([0, 0])
      if (hears) {
        await hearing()
        await world.eval('runtime.sleep(0.15)') // longer than any of them takes to hear
        expect(await hearing()).toEqual([])
      }
    })
  }
})
