import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { MOST_SOURCE_BYTES } from '../../../hub/improvements/limits.ts'
import { type ImprovementHost, Sandbox, type SandboxEnd } from '../../../hub/improvements/sandbox.ts'
import { hubModuleDescriptions } from '../../../hub/modules/index.ts'
import { packageRoot } from '../../../protocol/paths.ts'
import { expectExamplesToRunIn } from '../../modules/support/examples.ts'
import { makeWorld, until, type World } from '../lua/world.ts'
import { temporaryDirectory } from '../support/directory.ts'

let disposables = new AsyncDisposableStack()
afterEach(async () => {
  await disposables.disposeAsync()
  disposables = new AsyncDisposableStack()
})

const host = (name: string): ImprovementHost => ({
  name,
  ask: async () => [],
  log: () => undefined,
  report: () => undefined,
})

async function world(files: Record<string, string> = {}): Promise<World> {
  return disposables.use(await makeWorld({ files }))
}

function sandbox(workerPath: string, directory: string, pingMs?: number): { sandbox: Sandbox; ends: SandboxEnd[] } {
  const ends: SandboxEnd[] = []
  const made = new Sandbox({
    place: { directory, configDirectory: directory, luaPath: directory },
    workerPath,
    pingMs,
    onEnd: (end) => ends.push(end),
  })
  disposables.use(made)
  return { sandbox: made, ends }
}

test('A thread that no longer gives way is ended, with the name of the improvement that ran', async () => {
  const { path: directory } = disposables.use(await temporaryDirectory())
  const script = join(directory, 'stuck.mjs')
  writeFileSync(
    script,
    `import { parentPort, workerData } from 'node:worker_threads'
     parentPort.postMessage({ type: 'pong' })
     parentPort.on('message', ({ type, id }) => {
       if (type !== 'load' || id !== 2) return
       new Int32Array(workerData.running)[0] = id
       for (;;) {}
     })`,
  )
  const { sandbox: stuck, ends } = sandbox(script, directory, 1000)
  const [one, two] = [stuck.add(host('one')), stuck.add(host('two'))]
  const loads = [one, two].map((id) => stuck.load(id, 'x.lua', Buffer.from('')))
  await Promise.all(loads.map((load) => expect(load).rejects.toThrow('it did not give way')))
  expect(ends).toEqual([{ message: expect.stringContaining('did not give way'), culprit: two, ids: [one, two] }])
  await expect(stuck.call(one, 1, [])).rejects.toThrow('unloaded')
})

test('A thread that dies takes nobody along, and the next improvement gets another', async () => {
  const { path: directory } = disposables.use(await temporaryDirectory())
  const real = join(packageRoot(), 'hub/improvements/worker.ts')
  const { sandbox: healthy } = sandbox(real, directory)
  const script = join(directory, 'dies.mjs')
  writeFileSync(
    script,
    `import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => process.exit(3))`,
  )
  const { sandbox: dying, ends } = sandbox(script, directory)
  for (let i = 0; i < 2; i++) {
    await expect(dying.load(dying.add(host('one')), 'x.lua', Buffer.from(''))).rejects.toThrow('its thread ended')
  }
  expect(ends).toHaveLength(2)
  await healthy.load(healthy.add(host('fine')), 'x.lua', Buffer.from('timer.after(1, print)'))
})

test('sandbox.run, sandbox.call: a file runs apart from everything, asks for what it wants, and can be called', async () => {
  const hub = await world()
  const path = await hub.writeLua('elsewhere.lua', 'hooks.on("e", "n", function(t) t.n = t.n + 1 return t, io end)')
  expect(
    await hub.eval(`
      local number, fn, asked
      local ok = sandbox.run("${path}", function(id, op, event, name, given) number, fn, asked = id, given, op end)
      local sent = { n = 1 }
      local back, missing = sandbox.call(number, fn, sent)
      return { ok, asked, sent.n, back.n, missing == nil, select(2, sandbox.run("${path}.none", print)) ~= nil }`),
  ).toEqual([true, 'hooks.on', 1, 2, true, true])
  const refused = await hub.eval(`
    local ok, message, err = sandbox.run("${path}", function(_, op) error(op .. " is not for you", 0) end)
    return { ok == nil, message, err.kind }`)
  expect(refused).toEqual([true, expect.stringMatching(/elsewhere\.lua:1: hooks\.on is not for you/), 'error'])
  await expect(hub.eval('sandbox.call(12345, 1)')).rejects.toThrow('unloaded')
  const broken = await hub.writeLua('broken.lua', 'local x = nil; x.y = 1')
  const long = await hub.writeLua('long.lua', `-- ${'x'.repeat(MOST_SOURCE_BYTES)}`)
  for (const [file, kind] of [
    [`${path}.none`, 'unreadable'],
    [broken, 'runtime'],
    [long, 'too_long'],
  ]) {
    const call = `local ok, message, err = sandbox.run("${file}", print) return { ok == nil, err.kind, err.path }`
    expect(await hub.eval(call)).toEqual([true, kind, file])
  }
})

test('sandbox: its examples run', async () => {
  const hub = await world()
  const path = await hub.writeLua('elsewhere.lua', 'hooks.on("e", "n", function(t) return t end)')
  const before = `local path, id, fn = "${path}"
    assert(sandbox.run(path, function(number, op, event, name, given) id, fn = number, given end))`
  const { functions } = hubModuleDescriptions().find(({ name }) => name === 'sandbox')!
  await expectExamplesToRunIn(hub, functions, before)
})

test('sandbox.on_end: one that takes too much time is unloaded and reported, its neighbours and the hub go on', async () => {
  const hub = await world({
    'improvements/fine.lua': 'hooks.intercept("ask", "x", function(n) return n + 1 end, { timeout_ms = 2000 })',
    'improvements/greedy.lua': `
      local function again() timer.after(0, again) for i = 1, 3e5 do end end for _ = 1, 20 do timer.after(0, again) end
      hooks.on("ping", "x", function() end)`,
  })
  const report = await until(
    () => hub.hub.errors.list().find(({ owner }) => owner === 'improvements.greedy'),
    'the report',
  )
  expect(report.message).toContain('took more than its share of time; it is unloaded until its file changes')
  await until(async () => (await hub.eval('return hooks.call("ask", 1)')) === 2, 'the neighbour')
  expect(await hub.eval('return { #hooks.list("ping"), loader.failure("improvements.greedy").kind }')).toEqual([
    0,
    'ended',
  ])
  await hub.writeLua('improvements/greedy.lua', 'hooks.on("ping", "x", function() end)')
  await until(async () => (await hub.eval('return #hooks.list("ping")')) === 1, 'the mended one')
})
