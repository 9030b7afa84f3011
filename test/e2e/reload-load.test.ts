import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { typeUntil } from '../../bench/e2e/echo.ts'
import { echoCharacters } from '../../bench/e2e/marker.ts'
import { OuterTerminal } from '../../bench/e2e/outer-terminal.ts'
import { type Census, PRINTING, RELOADS, ReloadedModule } from '../../bench/e2e/reloads.ts'
import { percentile } from '../../bench/row.ts'
import { connect } from '../../protocol/client.ts'
import { hubProtocol } from '../../protocol/messages/hub.ts'
import { botsterBinary } from './harness/binary.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** Keys typed before anything is edited, to know how fast the machine is just now. */
const CALM_KEYS = 100
/** What is promised for each: here from the moment of saving, so that what the hub waits for further changes is in it. */
const RELOAD_MS = 300
const ECHO_P99_MS = 10
/** A busy machine may be later, and no more than so many times what it takes without reloads. `npm run bench` has the figures. */
const PATIENCE = 4
/** As a share of what the hub's Lua has half-way. */
const MOST_GROWTH = 0.02

test('Two hundred reloads while ten agents print and somebody types: quick, unnoticed, and without a trace', {
  timeout: 180_000,
}, async () => {
  await using world = new World()
  const module = new ReloadedModule(world.userDirectory)
  await world.json('new', '--no-worktree', '--name', 'typing', '--cmd', 'stty raw; cat')
  for (let i = 0; i < 10; i++) await world.json('new', '--no-worktree', '--name', `printer-${i}`, '--cmd', PRINTING)
  const hub = await connect({ path: world.sockets().hub, protocol: hubProtocol, role: 'cli' })
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

  const nextCharacter = echoCharacters()
  const calm = await typeUntil(terminal, nextCharacter, (typed) => typed >= CALM_KEYS)
  const first = await module.census(hub)
  let isEditing = true
  const typing = typeUntil(terminal, nextCharacter, () => !isEditing)
  const took: number[] = []
  let half: Census = first
  const pauses = monitorEventLoopDelay({ resolution: 5 })
  pauses.enable()
  for (let version = 1; version <= RELOADS; version++) {
    took.push(await module.save(hub, version))
    if (version === RELOADS / 2) half = await module.census(hub)
  }
  pauses.disable()
  isEditing = false
  const busy = await typing
  const last = await module.census(hub)
  hub.close('the test is over')

  const shown = (ms: number[]) => [0.5, 0.99, 1].map((p) => `p${100 * p} ${percentile(ms, p).toFixed(1)}`).join(', ')
  const paused = pauses.max / 1e6
  console.log(
    `reload ${shown(took)}; echo without ${shown(calm)}; with reloads ${shown(busy)}; ` +
      `Lua ${half.kb} → ${last.kb} kB; the machine paused for ${paused.toFixed(1)} ms at most`,
  )
  expect(last).toMatchObject({ hooks: [RELOADS], events: [RELOADS], ticking: [RELOADS], tools: [`v${RELOADS}`] })
  expect(last.owned).toBe(first.owned)
  expect(last.kb - half.kb).toBeLessThan(half.kb * MOST_GROWTH)
  // All but three: the hub may be paused when we are not.
  expect(percentile(took, 0.98)).toBeLessThan(RELOAD_MS + PATIENCE * paused)
  expect(percentile(busy, 0.5)).toBeLessThan(Math.max(ECHO_P99_MS, PATIENCE * percentile(calm, 0.5)))
  expect(percentile(busy, 0.99)).toBeLessThan(Math.max(ECHO_P99_MS, PATIENCE * percentile(calm, 0.99)))
  expect((await world.status()).errors, readFileSync(world.hubFile('hub.log'), 'utf8').slice(-2000)).toEqual([])
})
