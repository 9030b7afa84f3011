import { expect, it } from 'vitest'
import type { GiveWay } from '../../lua/vm/index.ts'
import { newVm, type TestVm } from './support.ts'

const LOOP = 'local x = 0 for i = 1, 2e6 do x = x + i end return x'

/** Runs a script that may be paused, and counts how often the event loop got its turn meanwhile. */
async function paused(t: TestVm, source: string, giveWay: Partial<GiveWay> = {}, budgetMs = 2000) {
  let turns = 0
  let over = false
  const count = () => {
    if (over) return
    turns++
    setImmediate(count)
  }
  setImmediate(count)
  try {
    const options = { everyMs: 1, chunkName: 'script.lua', ...giveWay }
    return {
      values: await t.vm.run(source, { chunkName: 'script.lua', owner: 's', budgetMs, giveWay: options }),
      turns,
    }
  } finally {
    over = true
    turns++
  }
}

it('A long script gives everything else its turn, and gives the right result', async () => {
  await using t = await newVm()
  const { values, turns } = await paused(t, LOOP)
  expect(values).toEqual([2000001000000])
  expect(turns).toBeGreaterThan(3)
})

it.each([
  ['pcall', `return select(2, pcall(function() ${LOOP} end))`],
  ['its own coroutines', `return coroutine.wrap(function() return coroutine.wrap(function() ${LOOP} end)() end)()`],
  [
    'an iterator',
    `for x in coroutine.wrap(function() coroutine.yield((function() ${LOOP} end)()) end) do return x end`,
  ],
  ['a metamethod', `return setmetatable({}, { __index = function() ${LOOP} end }).x`],
  [
    '__close',
    `local r do local c <close> = setmetatable({}, { __close = function() r = (function() ${LOOP} end)() end }) end return r`,
  ],
])('Inside %s as well', async (_, source) => {
  await using t = await newVm()
  const { values, turns } = await paused(t, source)
  expect(values).toEqual([2000001000000])
  expect(turns).toBeGreaterThan(3)
})

it('Coroutines that yield nothing are told from those that were paused', async () => {
  await using t = await newVm()
  const { values } = await paused(
    t,
    `
    local rounds = 0
    local co = coroutine.create(function()
      for i = 1, 300 do
        for j = 1, 5000 do end
        coroutine.yield()
      end
      return 'over'
    end)
    while true do
      local ok, result = coroutine.resume(co)
      if result == 'over' then return rounds, coroutine.status(co) end
      rounds = rounds + 1
    end`,
  )
  expect(values).toEqual([300, 'dead'])
})

it('Waits and pauses mix', async () => {
  await using t = await newVm()
  const { values } = await paused(
    t,
    `
    local sum = 0
    local numbers = coroutine.wrap(function()
      for i = 1, 100 do
        for j = 1, 20000 do end
        coroutine.yield(t.soon(i))
      end
    end)
    for n in numbers do sum = sum + n end
    return sum`,
  )
  expect(values).toEqual([5050])
})

it('Where Lua cannot wait it goes on, up to its budget', async () => {
  await using t = await newVm()
  const inGsub = `return (("x"):gsub("x", function() ${LOOP} end))`
  expect((await paused(t, inGsub)).values).toEqual(['2000001000000'])
  const inCoroutine = `return (("x"):gsub("x", coroutine.wrap(function() ${LOOP} end)))`
  expect((await paused(t, inCoroutine)).values).toEqual(['2000001000000'])
  const endless = 'table.sort({3, 2, 1}, function() while true do end end)'
  await expect(paused(t, endless, {}, 50)).rejects.toThrow('stopped: it ran longer than it may (50 ms)')
})

it('A script that gives way outlives its budget; code of others is never paused', async () => {
  await using t = await newVm()
  const long = 'for i = 1, 2e7 do end return "done"'
  expect((await paused(t, long, {}, 30)).values).toEqual(['done'])
  const library = t.vm.load(`${LOOP}`, { chunkName: 'library.lua', owner: 'lib' })
  t.vm.setGlobal('library', library)
  let pauses = 0
  const until = async () => void pauses++
  await paused(t, 'return library()', { until })
  expect(pauses).toBeLessThan(2)
  await expect(paused(t, 'while true do library() end', {}, 1)).rejects.toMatchObject({ kind: 'watchdog' })
})

it('It is stopped from outside at its next pause', async () => {
  await using t = await newVm()
  const controller = new AbortController()
  const run = t.vm.run('while true do pcall(function() while true do end end) end', {
    chunkName: 'script.lua',
    owner: 's',
    signal: controller.signal,
    giveWay: { everyMs: 1, chunkName: 'script.lua' },
  })
  setImmediate(() => controller.abort())
  await expect(run).rejects.toMatchObject({ kind: 'cancelled', message: 'it was cancelled' })
  const late = t.vm.run('while true do end', {
    chunkName: 'script.lua',
    owner: 's',
    deadlineMs: 10,
    giveWay: { everyMs: 1, chunkName: 'script.lua' },
  })
  await expect(late).rejects.toMatchObject({ kind: 'deadline' })
  expect(t.now('return 1 + 1')).toEqual([2])
})

it('A pause lasts as long as it is told to', async () => {
  await using t = await newVm()
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = 0
  const run = paused(t, LOOP, { until: () => (asked++ === 0 ? promise : Promise.resolve()) })
  await expect.poll(() => asked).toBe(1)
  expect(t.now('return 1')).toEqual([1])
  resolve()
  expect((await run).values).toEqual([2000001000000])
  expect(asked).toBeGreaterThan(1)
})

it('Ten thousand pauses leave nothing behind', async () => {
  await using t = await newVm()
  const source = 'for i = 1, 2000 do coroutine.wrap(function() for j = 1, 2000 do end end)() end'
  const run = () => paused(t, source, { everyMs: 0 })
  await run()
  t.now('collectgarbage() collectgarbage()')
  const before = t.vm.memoryUsed
  for (let i = 0; i < 3; i++) await run()
  t.now('collectgarbage() collectgarbage()')
  expect(t.vm.memoryUsed - before).toBeLessThan(20_000)
})

it('A chunk with globals of its own reads the common ones and keeps what it sets to itself', async () => {
  await using t = await newVm()
  using globals = t.vm.newGlobals('s')
  const options = { chunkName: 'script.lua', owner: 's', globals }
  t.vm.runSync('mine = 1 function add(n) mine = mine + n end', options)
  expect(t.vm.runSync('add(2) return mine, type(string.rep), _G.mine', options)).toEqual([3, 'function', undefined])
  expect(t.vm.getGlobal('mine')).toBeUndefined()
})
