import { expect, it } from 'vitest'
import { timerModule } from '../../../lua/modules/index.ts'
import { newVm } from '../support.ts'

const withTimer = () => newVm({ modules: [timerModule()] })

it('timer.after, timer.every: one calls once, the other until it is cancelled', async () => {
  await using t = await withTimer()
  await t.run(`
    log = {}
    timer.after(0.002, function() log[#log + 1] = 'after' end)
    local id
    id = timer.every(0.001, function()
      ticks = (ticks or 0) + 1
      if ticks == 4 then cancelled, again = timer.cancel(id), timer.cancel(id) end
    end)`)
  await expect.poll(() => t.vm.getGlobal('cancelled')).toBe(true)
  await expect.poll(() => t.vm.getGlobal('log')).toEqual(['after'])
  expect(t.vm.getGlobal('again')).toBe(false)
  expect(t.vm.getGlobal('ticks')).toBe(4)
})

it('timer.every: a repeating timer keeps going after an error and does not overtake itself', async () => {
  await using t = await withTimer()
  await t.run(`
    runs, inside, most = 0, 0, 0
    timer.every(0.001, function()
      runs = runs + 1
      inside = inside + 1
      most = math.max(most, inside)
      for i = 1, 20 do t.soon() end
      inside = inside - 1
      if runs == 1 then error('first') end
    end)`)
  await expect.poll(() => Number(t.vm.getGlobal('runs'))).toBeGreaterThan(3)
  expect(t.vm.getGlobal('most')).toBe(1)
  expect(t.errors).toMatchObject([{ owner: 'test', message: 'test.lua:9: first' }])
})

it('timer.cancel: a cancelled timer does not fire, and timers go with their owner', async () => {
  await using t = await withTimer()
  await t.run('fired = false timer.cancel(timer.after(0.001, function() fired = true end))')
  await t.vm.run('timer.after(0.001, function() fired = true end) timer.every(0.001, function() fired = true end)', {
    chunkName: 'p',
    owner: 'plugin.p',
  })
  t.vm.releaseOwner('plugin.p')
  await t.run('timer.after(0.02, function() over = true end)')
  await expect.poll(() => t.vm.getGlobal('over')).toBe(true)
  expect(t.vm.getGlobal('fired')).toBe(false)
})

it('timer.after, timer.every, timer.cancel: wrong arguments raise', async () => {
  await using t = await withTimer()
  for (const [source, message] of [
    ['timer.after(1)', "bad argument #2 to 'timer.after' (function expected, got no value)"],
    ['timer.every({}, print)', "bad argument #1 to 'timer.every' (number expected, got table)"],
    ['timer.cancel(1.5)', "bad argument #1 to 'timer.cancel' (number has no exact integer representation)"],
  ]) {
    await expect(t.run(source!)).rejects.toThrow(message)
  }
})

it('timer.after, timer.every: times that make no sense are refused', async () => {
  await using t = await withTimer()
  for (const name of ['timer.after', 'timer.every']) {
    for (const [seconds, problem] of [
      ['-1', 'seconds from 0 on expected, got -1'],
      ['0/0', 'seconds from 0 on expected, got NaN'],
      ['1/0', 'seconds from 0 on expected, got Infinity'],
      ['"1"', 'number expected, got string'],
    ]) {
      const message = `test.lua:1: bad argument #1 to '${name}' (${problem})`
      await expect(t.run(`${name}(${seconds}, print)`)).rejects.toMatchObject({ line: 1, message })
    }
  }
  expect(await t.run('return timer.cancel(timer.after(1e9, print)), timer.cancel(99)')).toEqual([true, false])
})

it('timer.after: timers that are due at the same time leave the event loop several turns when they take long', async () => {
  let turns = 0
  let seen: number[] = []
  await using t = await newVm({ modules: [timerModule()], print: () => seen.push(turns) })
  const between = async () => {
    seen = []
    await t.run('for i = 1, 3 do timer.after(0.001, function() print(i) t.block(30) end) end t.block(20)')
    while (seen.length < 3) {
      turns++
      await new Promise(setImmediate)
    }
    return Math.min(seen[1]! - seen[0]!, seen[2]! - seen[1]!)
  }
  // An answer that takes a question to another process needs more than one. There are fewer while this process is held up.
  await expect.poll(between, { interval: 0 }).toBeGreaterThan(5)
})
