import { expect, it } from 'vitest'
import { newVm, type TestVm } from './support.ts'

/** Bytes that may differ between two quiet moments: string tables and caches settle. */
const NOISE = 64_000

async function growth(t: TestVm, times: number, body: (i: number) => Promise<unknown> | unknown): Promise<number> {
  const settle = () => t.now('collectgarbage() collectgarbage()')
  for (let i = 0; i < times / 10; i++) await body(i)
  settle()
  const before = t.vm.memoryUsed
  for (let i = 0; i < times; i++) await body(i)
  settle()
  return t.vm.memoryUsed - before
}

it('100,000 calls leave nothing behind', async () => {
  await using t = await newVm()
  using fn = t.vm.load('local a, b = ... return {a = a, x = b}, function() return a end', {
    chunkName: 'a',
    owner: 'a',
  })
  const call = (i: number) => {
    const [, held] = t.vm.callSync(fn, [i, `text ${i % 100}`]) as [unknown, Disposable]
    held[Symbol.dispose]()
  }
  expect(await growth(t, 100_000, call)).toBeLessThan(NOISE)
})

it('20,000 coroutines with two waits each leave nothing behind', async () => {
  await using t = await newVm()
  using fn = t.vm.load('t.at_once() local f = coroutine.wrap(function() coroutine.yield(t.at_once()) end) return f()', {
    chunkName: 'a',
    owner: 'a',
  })
  const hundred = () => Promise.all(Array.from({ length: 100 }, () => t.vm.call(fn, [])))
  expect(await growth(t, 200, hundred)).toBeLessThan(NOISE)
})

it('10,000 errors of each kind leave nothing behind', async () => {
  await using t = await newVm()
  const sources = [
    'error("x")',
    'error({message = "m"})',
    't.boom()',
    't.call(function() t.boom() end)',
    't.throws()',
    't.fails() t.echo({print})',
    'coroutine.yield()',
  ]
  const chunks = sources.map((source) => t.vm.load(source, { chunkName: 'a', owner: 'a' }))
  const fail = async (i: number) => {
    const fn = chunks[i % chunks.length]!
    await expect(t.vm.call(fn, [])).rejects.toThrow()
    if (i % chunks.length < 4) expect(() => t.vm.callSync(fn, [])).toThrow()
  }
  expect(await growth(t, 10_000, fail)).toBeLessThan(NOISE)
})

it('Cancelled coroutines and released owners leave nothing behind', async () => {
  await using t = await newVm()
  const cycle = async (i: number) => {
    const owner = `plugin.${i}`
    const fn = t.vm.load('local held = {} t.never()', { chunkName: owner, owner })
    const runs = [t.vm.call(fn, []), t.vm.call(fn, [])]
    t.vm.releaseOwner(owner)
    await Promise.allSettled(runs)
  }
  expect(await growth(t, 2000, cycle)).toBeLessThan(NOISE)
})

it('Chunks, handles and rejected arguments leave nothing behind', async () => {
  await using t = await newVm()
  const cycle = (i: number) => {
    t.now(
      `local x = ${i} t.open(${i + 1}):name('x') pcall(t.call, function() end, coroutine.create(print)) pcall(t.echo, {a = {b = print}}) return x`,
    )
  }
  expect(await growth(t, 5000, cycle)).toBeLessThan(NOISE)
})
