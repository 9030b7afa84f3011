import { expect, it } from 'vitest'
import { newVm } from './support.ts'

/** Operations in random order; each knows what it must give. */
const OPERATIONS = Number(process.env.STRESS_OPERATIONS ?? 6000)

it('Calls, waits, errors, stops, cancellations and memory errors in any order leave the VM right', async () => {
  await using t = await newVm({ memoryLimit: 24 << 20 })
  const { vm } = t
  let state = 7
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % below
  }
  const load = (source: string, owner = 'test') => vm.load(source, { chunkName: 'stress', owner })
  const fn = {
    echo: load('return ...'),
    waits: load(
      'local a = t.soon(...) local f = coroutine.wrap(function(x) coroutine.yield(t.at_once() and x) end) return f(a)',
    ),
    nested: load('local n, f = ... if n == 0 then return t.owner() end return t.call(f, n - 1, f)'),
    error: load('local co = coroutine.wrap(function(x) t.call(error, x) end) co({code = ...})'),
    spin: load('while true do pcall(function() while true do end end) end'),
    memory: load('local t = {} while true do t[#t + 1] = ("x"):rep(100000) .. #t end'),
    caught: load('return select(2, pcall(string.rep, "x", 5e7)), #("x"):rep(1000)'),
  }
  const operations: (() => unknown)[] = [
    () =>
      expect(vm.callSync(fn.echo, [state, 'text', [1, { a: [state] }]])).toEqual([state, 'text', [1, { a: [state] }]]),
    async () => {
      const sent = state
      expect(await vm.call(fn.waits, [sent])).toEqual([sent])
    },
    () => expect(vm.callSync(fn.nested, [random(20), fn.nested])).toEqual(['test']),
    () => expect(() => vm.callSync(fn.error, [5])).toThrow('raised {"code":5}'),
    async () => expect(vm.call(fn.error, [6])).rejects.toThrow('raised {"code":6}'),
    async () => {
      const owner = `owner ${random(10)}`
      const run = vm.run('t.never()', { chunkName: 'x', owner })
      vm.releaseOwner(owner)
      await expect(run).rejects.toMatchObject({ kind: 'cancelled' })
    },
    () => expect(vm.callSync(fn.caught, [])).toEqual(['not enough memory', 1000]),
  ]
  const rare: (() => unknown)[] = [
    () =>
      expect(() => vm.callSync(fn.spin, [], { budgetMs: 0.3 })).toThrow(expect.objectContaining({ kind: 'watchdog' })),
    async () => expect(vm.call(fn.spin, [], { budgetMs: 0.3 })).rejects.toMatchObject({ kind: 'watchdog' }),
    () => expect(() => vm.callSync(fn.memory, [])).toThrow(expect.objectContaining({ kind: 'memory' })),
    async () => expect(vm.call(fn.memory, [])).rejects.toMatchObject({ kind: 'memory' }),
  ]
  const pending: unknown[] = []
  for (let i = 0; i < OPERATIONS; i++) {
    const from = random(40) === 0 ? rare : operations
    pending.push(from[random(from.length)]!())
    if (pending.length > 30) await Promise.all(pending.splice(0))
  }
  await Promise.all(pending)
  t.now('collectgarbage() collectgarbage()')
  expect(vm.memoryUsed).toBeLessThan(400_000)
  expect(t.errors).toEqual([])
})
