// Scripts that never end by themselves, in the hub that holds living terminals.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../protocol/client.ts'
import type { Connection } from '../../protocol/connection.ts'
import { type HubProtocol, hubProtocol } from '../../protocol/messages/hub.ts'
import type { Terminal } from './harness/terminal.ts'
import { World } from './harness/world.ts'

/** Milliseconds a command of a script may run without giving way. */
const BUDGET = 200
/** Milliseconds that an answer may take besides. */
const ANSWER = 50
/** Milliseconds of processor time that stopping and reporting may take. */
const STOP = 100
/** Echoes that are waited for in each measurement. */
const ECHOES = 8
/** What is typed is timed by the clock, and others use this machine too: one undisturbed look in four is enough. */
const AGAIN = { retry: 3 }
/** How much slower than undisturbed a machine may be that others use too. */
const NOISE = 4

/** The body of a command. Each would run for ever. */
const RUNAWAYS: Record<string, string> = {
  'nested pcall': 'while true do pcall(function() while true do pcall(function() while true do end end) end end) end',
  'xpcall handlers':
    'while true do xpcall(function() error("x") end, function() while true do pcall(error, "y") end end) end',
  'user coroutines':
    'local function deep(n) coroutine.wrap(function() if n > 0 then deep(n - 1) end while true do end end)() end while true do pcall(deep, 20) end',
  'catastrophic patterns': 'while true do pcall(string.find, ("a"):rep(5000), ("a-"):rep(12) .. "b") end',
  'string.rep bombs': 'while true do pcall(function() return ("x"):rep(1 << 24):rep(4) end) end',
  'infinite recursion': 'local function f() return 1 + f() end while true do pcall(f) end',
  'table growth': 'local t = {} while true do pcall(function() for i = 1, 1000 do t[#t + 1] = { i } end end) end',
  'yield storms':
    'local storm = coroutine.wrap(function() while true do coroutine.yield() end end) while true do storm() end',
  'metamethod loops':
    'local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k .. "x"] end while true do pcall(function() return t.x end) end',
}

/** Those that are not one run: they come again, until their owner is released. */
const RECURRING: Record<string, string> = {
  'timers that re-arm themselves':
    'local function arm() timer.after(0, function() arm() while true do end end) end for _ = 1, 3 do arm() end',
  'storms of waits': 'for _ = 1, 20 do timer.after(0, function() while true do events.wait("never", 0) end end) end',
}

const init = `
local runaways = {
${Object.entries({ ...RUNAWAYS, ...RECURRING })
  .map(([name, body]) => `  [${JSON.stringify(name)}] = function() ${body} end,`)
  .join('\n')}
}
commands.register("run_away", function(_, _, command) owners.call("plugin.runaway", runaways[command.kind]) end)
commands.register("calm", function() owners.release("plugin.runaway") end)
return {}
`

let world: World
let terminal: Terminal
let hub: Connection<HubProtocol, 'client'>
let marker = 0
let hubPid: number
let undisturbed: number

beforeAll(async () => {
  world = new World()
  const user = join(world.userDirectory, 'lua/user')
  mkdirSync(user, { recursive: true })
  writeFileSync(join(user, 'init.lua'), init)
  await world.newAgent('work', 'stty -echo; exec cat')
  terminal = world.open(['attach'], { cols: 240, rows: 50 }) // so that what botster says of the mistakes covers no echo
  await terminal.waitFor(/work \[AGENT/)
  hub = await connect({ path: world.sockets().hub, protocol: hubProtocol, role: 'cli' })
  hubPid = (await world.status()).hub.pid
  await slowestEcho()
})
afterAll(async () => {
  hub.close('done')
  await world[Symbol.asyncDispose]()
})

/** Milliseconds of the slowest of some lines from the keyboard to the program and back to the screen. */
async function slowestEcho(): Promise<number> {
  let slowest = 0
  for (let i = 0; i < ECHOES; i++) {
    const word = `m${++marker}m`
    const started = performance.now()
    terminal.type(`${word}\r`)
    await terminal.waitFor(word)
    slowest = Math.max(slowest, performance.now() - started)
  }
  return slowest
}

/** Asks the hub one thing after the other until told to stop; gives what it did at most before an answer. */
function answers(): { stop(): Promise<number> } {
  let over = false
  const asking = (async () => {
    let most = 0
    while (!over) {
      const before = worked()
      await hub.request('status', {})
      most = Math.max(most, worked() - before)
    }
    return most
  })()
  return {
    stop: () => {
      over = true
      return asking
    },
  }
}

/** Milliseconds of processor time that the hub's main thread has had: others who use this machine do not count. */
function worked(): number {
  return Number(readFileSync(`/proc/${hubPid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

function expectUnnoticed(echo: number, answer: number): void {
  expect(answer).toBeLessThan(BUDGET + ANSWER)
  expect(echo).toBeLessThan(ANSWER + NOISE * undisturbed)
}

const runAway = (kind: string) => hub.request('command', { name: 'run_away', args: { kind } })

test.each(Object.keys(RUNAWAYS))(
  '%s: is stopped on its budget; the hub answers and the terminal notices nothing',
  AGAIN,
  async (kind) => {
    undisturbed = await slowestEcho()
    const asking = answers()
    const before = worked()
    const stopped = runAway(kind).then(
      () => 'it ended',
      (error: Error) => error.message,
    )
    const echo = await slowestEcho()
    const message = await stopped
    const took = worked() - before
    const answer = await asking.stop()
    expect(message).toMatch(/stopped: it ran longer than|not enough memory/)
    expect(took).toBeLessThan(BUDGET + STOP + ANSWER)
    expectUnnoticed(echo, answer)
  },
)

test.each(Object.keys(RECURRING))('%s: leave room between them, and end with their owner', AGAIN, async (kind) => {
  undisturbed = await slowestEcho()
  const asking = answers()
  await runAway(kind)
  const echo = await slowestEcho()
  const answer = await asking.stop()
  await hub.request('command', { name: 'calm', args: {} })
  expectUnnoticed(echo, answer)
  const after = answers()
  await slowestEcho()
  expect(await after.stop()).toBeLessThan(ANSWER) // nothing runs any more
})

test('What ran away is reported with its name and line, and the hub is the one it was', async () => {
  await runAway('timers that re-arm themselves')
  await slowestEcho()
  await hub.request('command', { name: 'calm', args: {} })
  const { errors, hub: serving } = await world.status()
  expect(errors.some(({ owner }) => owner === 'plugin.runaway')).toBe(true)
  expect(serving.pid).toBe(await world.hubPid())
  expect(await world.botster('list')).toContain('work')
})
