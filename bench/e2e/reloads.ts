import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HubConnection } from '../../bin/connect.ts'
import { percentile, type Row } from '../row.ts'
import { Botster } from './botster.ts'
import { typeUntil } from './echo.ts'
import { focusEcho } from './focus.ts'
import { echoCharacters } from './marker.ts'
import { ECHO } from './programs.ts'
import { World } from './world.ts'

const SIZE = { cols: 120, rows: 40 }
/** What is promised is promised for so many. */
export const RELOADS = 200
const PRINTERS = 10
export const PRINTING = 'i=0; while :; do i=$((i+1)); echo "line $i of something that is printed"; sleep 0.1; done'
/** Keys typed before anything is edited, to know how fast the machine is just now. */
const CALM_KEYS = 150
/** A version that does not answer within this never will. */
const PATIENCE_MS = 45_000
const LOOK_EVERY_MS = 10

/** One of everything that a module can register, each saying which version of it is there. */
const edited = (version: number) => `
local M = { version = ${version} }
function M.count() return M.version end
hooks.on("census", "edited", function(seen) seen.hooks[#seen.hooks + 1] = ${version} end)
events.on("census", function(seen) seen.events[#seen.events + 1] = ${version} end)
timer.every(0.05, function() ticks[${version}] = (ticks[${version}] or 0) + 1 end)
commands.register("version", function() return { version = M.count() } end)
mcp.tool("edited", { description = "v${version}", input_schema = { type = "object" } }, function() return "${version}" end)
return M
`

const INIT = `
ticks = {}
require("edited")
commands.register("census", function()
  local seen = { hooks = {}, events = {} }
  hooks.notify("census", seen)
  events.emit("census", seen)
  local before = {}
  for version, count in pairs(ticks) do before[version] = count end
  runtime.sleep(0.3)
  local ticking = {}
  for version, count in pairs(ticks) do
    if count ~= before[version] then ticking[#ticking + 1] = version end
  end
  local tools = {}
  for _, tool in ipairs(mcp.list_tools()) do
    if tool.name == "edited" then tools[#tools + 1] = tool.description end
  end
  local owned = owners.count(loader.owner("edited")).registrations
  collectgarbage() collectgarbage() -- the agents went on printing meanwhile
  return { hooks = seen.hooks, events = seen.events, ticking = ticking, tools = tools, owned = owned, kb = collectgarbage("count") }
end)
return {}
`

/** What there is of a module that registers one of everything: the versions that hear, and how much they hold. */
export interface Census {
  readonly hooks: readonly number[]
  readonly events: readonly number[]
  readonly ticking: readonly number[]
  /** `v` and the version. */
  readonly tools: readonly string[]
  readonly owned: number
  /** All of the hub's Lua, after collecting garbage. */
  readonly kb: number
}

/** A module in a user's directory that is saved again and again while a hub runs that has loaded it. */
export class ReloadedModule {
  readonly #path: string

  /** Writes its first version, 0, and the user/init.lua that loads it: before the hub starts. */
  constructor(userDirectory: string) {
    this.#path = join(userDirectory, 'lua/edited.lua')
    const init = join(userDirectory, 'lua/user/init.lua')
    mkdirSync(dirname(init), { recursive: true })
    writeFileSync(this.#path, edited(0))
    writeFileSync(init, INIT)
  }

  async census(hub: HubConnection): Promise<Census> {
    return (await hub.request('command', { name: 'census', args: {} })).value as Census
  }

  /**
   * Saves a version and waits until it answers.
   * @returns milliseconds from one to the other, what the hub waits for further changes included
   * @throws Error when it does not answer
   */
  async save(hub: HubConnection, version: number): Promise<number> {
    const saved = performance.now()
    writeFileSync(this.#path, edited(version))
    while (performance.now() - saved < PATIENCE_MS) {
      const { value } = await hub.request('command', { name: 'version', args: {} })
      if ((value as { version: number }).version === version) return performance.now() - saved
      await sleep(LOOK_EVERY_MS)
    }
    throw new Error(`version ${version} of a module did not answer within ${PATIENCE_MS} ms`)
  }
}

/** Two hundred reloads while ten agents print and somebody types. Figures for an otherwise idle machine. */
export async function benchReloads(): Promise<Row[]> {
  const cache = mkdtempSync(join(tmpdir(), 'bb-cache-'))
  using _ = { [Symbol.dispose]: () => rmSync(cache, { recursive: true, force: true }) }
  const world = new World(cache)
  await using botster = new Botster(world, {})
  const module = new ReloadedModule(world.env.BOTSTER_USER_DIR!)
  await botster.newSession('echo', ECHO, SIZE)
  for (let i = 0; i < PRINTERS; i++) await botster.newSession(`printer-${i}`, PRINTING, SIZE)
  await using terminal = botster.attach(SIZE)
  const nextCharacter = echoCharacters()
  await focusEcho(botster, terminal, nextCharacter)
  using hub = await botster.connectHub()

  const calm = await typeUntil(terminal, nextCharacter, (typed) => typed >= CALM_KEYS)
  const first = await module.census(hub)
  let isEditing = true
  const typing = typeUntil(terminal, nextCharacter, () => !isEditing)
  const took: number[] = []
  let half = first
  for (let version = 1; version <= RELOADS; version++) {
    took.push(await module.save(hub, version))
    if (version === RELOADS / 2) half = await module.census(hub)
  }
  isEditing = false
  const busy = await typing
  const last = await module.census(hub)
  const left = [last.hooks, last.events, last.ticking, last.tools].reduce((sum, { length }) => sum + length - 1, 0)
  const row = (name: string, value: number, unit = 'ms'): Row => ({ name, value, unit })
  return [
    row('reload, from saving to the new version, p50', percentile(took, 0.5)),
    row('reload, from saving to the new version, the longest', Math.max(...took)),
    row('echo beside ten that print, p99', percentile(calm, 0.99)),
    row('echo while modules are reloaded, p50', percentile(busy, 0.5)),
    row('echo while modules are reloaded, p99', percentile(busy, 0.99)),
    row(`duplicates after ${RELOADS} reloads`, left + last.owned - first.owned, ''),
    row('Lua memory, grown by a hundred reloads', last.kb - half.kb, 'KB'),
  ]
}
