import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../../protocol/client.ts'
import type { Connection } from '../../protocol/connection.ts'
import { type HubProtocol, hubProtocol } from '../../protocol/messages/hub.ts'
import type { Terminal } from './harness/terminal.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** A module that answers, with callbacks of its lifecycle. */
const greeting = (word: string, before = '', after = '') => `
local M = {}
function M.word() return "${word}" end
function M._before_reload() ${before} end
function M._after_reload() ${after} end
commands.register("greet", function() return { said = M.word() } end)
hooks.on("greeted", "greeting", function() end)
`
const fine = (word: string) => `${greeting(word)}return M\n`

let world: World
let terminal: Terminal
let hub: Connection<HubProtocol, 'client'>
let path: string

const command = async <T>(name: string, args: Record<string, unknown> = {}) =>
  (await hub.request('command', { name, args })).value as T
const greet = async () => (await command<{ said: string }>('greet')).said

/** What the screen shows right of the list of agents, without the spaces and breaks that the notices' width makes. */
const noticed = () =>
  terminal
    .text()
    .split('\n')
    .map((line) => line.split('│').at(-2) ?? '')
    .join('')
    .replace(/\s/g, '')

/** Replaces the file by what `make` puts there, as an editor does: whole, at once. */
function replace(make: (path: string) => void): void {
  const aside = `${path}.new`
  rmSync(aside, { recursive: true, force: true })
  make(aside)
  rmSync(path, { recursive: true, force: true })
  renameSync(aside, path)
}

beforeAll(async () => {
  world = new World()
  path = join(world.userDirectory, 'lua/greeting.lua')
  mkdirSync(join(world.userDirectory, 'lua/user'), { recursive: true })
  mkdirSync(join(world.userDirectory, 'lua/round'))
  writeFileSync(join(world.userDirectory, 'lua/round/a.lua'), 'return require("round.b")')
  writeFileSync(join(world.userDirectory, 'lua/round/b.lua'), 'return require("round.a")')
  writeFileSync(path, fine('hello 0'))
  writeFileSync(join(world.userDirectory, 'lua/user/init.lua'), 'require("greeting")\nreturn {}\n')
  await world.newAgent('work', 'cat')
  terminal = world.open(['attach'], { cols: 160, rows: 50 })
  await terminal.waitFor(/work \[AGENT/)
  hub = await connect({ path: world.sockets().hub, protocol: hubProtocol, role: 'cli' })
})
afterAll(async () => {
  hub?.close('the test is over')
  await world[Symbol.asyncDispose]()
})

/** Kind of mistake → what takes the file's place, and what is said of it. */
const MISTAKES: readonly [string, string | ((path: string) => void), RegExp][] = [
  ['a syntax error', `${greeting('bad')}local x = = 1\nreturn M`, /greeting\.lua:\d+: unexpected symbol near '='/],
  ['a file cut off in the middle', fine('bad').slice(0, 100), /greeting\.lua:\d+: .*(expected|unfinished)/],
  ['an error while it loads', `${greeting('bad')}error("at load")`, /greeting\.lua:\d+: at load/],
  ['an error that is no text', `${greeting('bad')}error({ code = 5 })`, /greeting: |table|code/],
  ['an index of nothing', `${greeting('bad')}local x = nil + 1`, /arithmetic on a nil value/],
  ['an error in _after_reload', `${greeting('bad', '', 'error("after")')}return M`, /greeting\.lua:\d+: after/],
  ['an endless loop', `${greeting('bad')}while true do end`, /stopped: it ran longer/],
  ['an endless loop that catches errors', `${greeting('bad')}while true do pcall(error) end`, /stopped: it ran longer/],
  ['an endless loop in _after_reload', `${greeting('bad', '', 'while true do end')}return M`, /stopped: it ran longer/],
  ['endless yielding', `${greeting('bad')}while true do coroutine.yield() end`, /yield from outside a coroutine/],
  ['waiting for ever', `${greeting('bad')}while true do runtime.sleep(0.01) end`, /not done within 10000 ms/],
  ['endless recursion', `${greeting('bad')}local function f() return f() + 1 end f()`, /stack overflow/],
  [
    'more memory than there is',
    `${greeting('bad')}local t = {} while true do t[#t + 1] = ("x"):rep(2e7) .. #t end`,
    /greeting\.lua:\d+: (not enough memory|stopped: it ran longer)|not enough memory/,
  ],
  ['a module that does not exist', `require("no.such.module")${fine('bad')}`, /module 'no\.such\.module' not found/],
  [
    'modules that require each other',
    `require("round.a")${fine('bad')}`,
    /requires itself, by way of what it requires/,
  ],
  ['a wrong registration', `${greeting('bad')}hooks.on("greeted", 5)`, /bad argument #2 to 'hooks\.on'/],
  ['a module that returns nothing', greeting('bad'), /returned nothing/],
  ['an empty file', '', /the file is empty/],
  ['a binary file', (at) => writeFileSync(at, Buffer.from([0, 1, 2, 255, 254, 0, 10, 0])), /greeting\.lua:1: /],
  ['bytecode', '\x1bLua\x54\x00\x19\x93', /binary|greeting/],
  ['a directory in its place', (at) => mkdirSync(at), /greeting\.lua cannot be read: it is a directory/],
  ['a pipe in its place', (at) => execFileSync('mkfifo', [at]), /greeting\.lua cannot be read: it is no file/],
  ['a link that leads to itself', (at) => symlinkSync('greeting.lua', at), /greeting\.lua cannot be read: ELOOP/],
  ['a link that leads nowhere', (at) => symlinkSync('nowhere', at), /greeting\.lua cannot be read: ENOENT/],
  // Permissions mean nothing to root; what is in this file may not be read by anybody.
  ['a file that cannot be read', (at) => symlinkSync('/proc/self/mem', at), /greeting\.lua cannot be read: E/],
]

describe('After a broken edit the old version answers, and `botster status`, the log and the UI say why:', () => {
  let version = 0
  // The hub shows twenty errors of one owner within ten seconds at most: what a test makes is to be among them.
  beforeEach(async () => {
    const recent = async () =>
      (await hub.request('status', {})).errors.filter(
        ({ owner, at }) => owner === 'greeting' && at > Date.now() - 10_000,
      )
    await until(async () => (await recent()).length < 13, { what: 'room for more errors' })
  })
  /** Puts a next version without mistakes there, and waits until it answers. */
  async function mend(): Promise<void> {
    version++
    replace((at) => writeFileSync(at, fine(`hello ${version}`)))
    await until(async () => (await greet()) === `hello ${version}`, { what: 'the mended version' })
  }

  for (const [what, content, says] of MISTAKES) {
    test(what, async () => {
      const since = Date.now()
      // Each on another line, so that no two messages are the same.
      const lines = content === '' ? '' : '\n'.repeat(version)
      if (typeof content === 'string') replace((at) => writeFileSync(at, `${lines}${content}`))
      else replace(content)
      const report = await until(
        async () =>
          (await hub.request('status', {})).errors.find(({ at, message }) => at >= since && says.test(message)),
        { what: String(says), seen: () => readFileSync(world.hubFile('hub.log'), 'utf8').slice(-2000) },
      )
      expect(report.owner).toMatch(/^(greeting|round\.[ab])$/)
      expect(await greet()).toBe(`hello ${version}`)
      expect(readFileSync(world.hubFile('hub.log'), 'utf8')).toContain(JSON.stringify(report.message).slice(1, -1))
      const [told = ''] = report.message.split('\n')
      await until(() => noticed().includes(told.replace(/\s/g, '')), {
        what: `'${told}' on the screen`,
        seen: () => terminal.text(),
      })
      await mend()
      expect(await command('greet')).toEqual({ said: `hello ${version}` })
    })
  }

  test('whoever attaches later is told what went wrong meanwhile', async () => {
    for (const what of ['a first mistake', 'a second', 'a third', 'while nobody looked']) {
      replace((at) => writeFileSync(at, `${'\n'.repeat(version)}${greeting('bad')}error("${what}")`))
      await until(async () => (await hub.request('status', {})).errors.at(-1)?.message.includes(what), {
        what: `the report of '${what}'`,
      })
    }
    const late = world.open(['attach'], { cols: 160, rows: 50 })
    await late.waitFor('while nobody looked')
    await late.waitFor(/more went wrong before: see `botster status`/)
    late.kill('SIGKILL')
    await mend()
    const ofGreeting = (await hub.request('status', {})).errors.filter(({ owner }) => owner === 'greeting')
    expect(ofGreeting.every(({ outdated }) => outdated)).toBe(true)
    expect(await world.botster('status')).toMatch(/greeting: .*while nobody looked \(outdated\)$/m)
    replace((at) => writeFileSync(at, `${greeting('bad')}error("once more")`))
    await until(async () => (await hub.request('status', {})).errors.at(-1)?.message.includes('once more'), {
      what: 'the report of the next mistake',
    })
    const later = world.open(['attach'], { cols: 160, rows: 50 })
    await later.waitFor('once more')
    expect(later.text()).not.toContain('while nobody looked') // what is mended is no news
    later.kill('SIGKILL')
    await mend()
  })

  test('an error in _before_reload of the version that works', async () => {
    replace((at) => writeFileSync(at, `${greeting('stays', 'commands.unregister("greet") error("before")')}return M\n`))
    await until(async () => (await greet()) === 'stays', { what: 'the version with the mistake' })
    replace((at) => writeFileSync(at, fine('never')))
    await terminal.waitFor(/greeting\.lua:\d+: before/)
    expect(await greet()).toBe('stays')
    expect(await world.botster('status')).toMatch(/greeting: .*greeting\.lua:\d+: before/)
    // As long as it goes wrong, no other version takes its place.
    await world.botster('lua', '-e', 'package.loaded.greeting._before_reload = nil')
    await mend()
  })
})
