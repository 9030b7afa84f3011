import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { echoCharacters } from '../../bench/e2e/marker.ts'
import { OuterTerminal } from '../../bench/e2e/outer-terminal.ts'
import { connect } from '../../protocol/client.ts'
import { hubProtocol } from '../../protocol/messages/hub.ts'
import { botsterBinary } from './harness/binary.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

const RELOADS = 200
/** Keys typed before anything is edited, to know how fast the machine is just now. */
const CALM_KEYS = 100
/** Waiting for further changes (watch) and for the file to stand still (loader): not part of the reload. */
const DEBOUNCE_MS = 100
/** What is promised; a busy machine may be later, and no more than so many times what it takes without reloads. */
const RELOAD_MS = 300
const ECHO_P99_MS = 10
const PATIENCE = 4

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

interface Census {
  readonly hooks: number[]
  readonly events: number[]
  readonly ticking: number[]
  readonly tools: string[]
  readonly owned: number
  readonly kb: number
}

test('Two hundred reloads while ten agents print and somebody types: quick, unnoticed, and without a trace', {
  timeout: 180_000,
}, async () => {
  await using world = new World()
  const path = join(world.userDirectory, 'lua/edited.lua')
  mkdirSync(join(world.userDirectory, 'lua/user'), { recursive: true })
  writeFileSync(path, edited(0))
  writeFileSync(join(world.userDirectory, 'lua/user/init.lua'), INIT)
  const chatter = 'i=0; while :; do i=$((i+1)); echo "line $i of something that is printed"; sleep 0.1; done'
  await world.json('new', '--no-worktree', '--name', 'typing', '--cmd', 'stty raw; cat')
  for (let i = 0; i < 10; i++) await world.json('new', '--no-worktree', '--name', `printer-${i}`, '--cmd', chatter)
  const hub = await connect({ path: world.sockets().hub, protocol: hubProtocol, role: 'cli' })
  const command = async <T>(name: string) => (await hub.request('command', { name, args: {} })).value as T
  await using terminal = new OuterTerminal({
    file: botsterBinary(),
    args: ['attach'],
    env: world.env,
    cwd: world.repository,
    cols: 120,
    rows: 40,
  })
  await until(() => terminal.saw('typing [AGENT'), {
    what: 'the terminal to show the agent',
    seen: () => terminal.tail,
  })

  const calm = await type(terminal, (typed) => typed >= CALM_KEYS)
  const first = await command<Census>('census')
  let isEditing = true
  const typing = type(terminal, () => !isEditing)
  const took: number[] = []
  let half: Census = first
  for (let version = 1; version <= RELOADS; version++) {
    const saved = performance.now()
    writeFileSync(path, edited(version))
    await until(async () => (await command<{ version: number }>('version')).version === version, {
      what: `version ${version}`,
      seen: () => readFileSync(world.hubFile('hub.log'), 'utf8').slice(-2000),
    })
    took.push(performance.now() - saved - DEBOUNCE_MS)
    if (version === RELOADS / 2) half = await command<Census>('census')
  }
  isEditing = false
  const busy = await typing
  const last = await command<Census>('census')
  hub.close('the test is over')

  const shown = (ms: number[]) => [50, 99, 100].map((p) => `p${p} ${percentile(ms, p).toFixed(1)}`).join(', ')
  console.log(
    `reload ${shown(took)}; echo without ${shown(calm)}; with reloads ${shown(busy)}; Lua ${half.kb} → ${last.kb} kB`,
  )
  expect(last).toMatchObject({ hooks: [RELOADS], events: [RELOADS], ticking: [RELOADS], tools: [`v${RELOADS}`] })
  expect(last.owned).toBe(first.owned)
  expect(last.kb - half.kb).toBeLessThan(half.kb * 0.05)
  expect(percentile(took, 50)).toBeLessThan(RELOAD_MS)
  expect(percentile(busy, 50)).toBeLessThan(ECHO_P99_MS)
  expect(percentile(busy, 99)).toBeLessThan(Math.max(ECHO_P99_MS, PATIENCE * percentile(calm, 99)))
  expect((await world.status()).errors).toEqual([])
})

/** Types one character after the other until told to stop. @returns milliseconds from each key to its echo */
async function type(terminal: OuterTerminal, isOver: (typed: number) => boolean): Promise<number[]> {
  const samples: number[] = []
  const next = echoCharacters()
  for (let typed = 0; !isOver(typed); typed++) {
    const character = next()
    await sleep(15 + Math.random() * 30)
    terminal.forget()
    const at = performance.now()
    terminal.write(character)
    const seen = await terminal.arrival(character, 2000)
    samples.push((seen ?? performance.now()) - at)
  }
  return samples
}

function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))]!
}
