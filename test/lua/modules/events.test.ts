import { expect, it } from 'vitest'
import { createEvents } from '../../../lua/modules/index.ts'
import { newVm } from '../support.ts'

it('events.on, events.off, events.emit, events.has: handlers run in order and get the data itself', async () => {
  const events = createEvents()
  await using t = await newVm({ modules: [events.module] })
  const source = `
    local log = {}
    events.on('x', function(data) log[#log + 1] = 'a' data.seen = true end)
    local id = events.on('x', function() log[#log + 1] = 'b' end)
    local data = {}
    local count = events.emit('x', data)
    return log, data, count, events.off(id), events.off(id), events.emit('x', data), #log, events.has('x'), events.has('y'), events.emit('y')`
  expect(await t.run(source)).toEqual([['a', 'b', 'a'], { seen: true }, 2, true, false, 1, 3, true, false, 0])
})

it('events.on: a handler that fails is reported as its own and does not stop the others', async () => {
  const events = createEvents()
  await using t = await newVm({ modules: [events.module] })
  await t.vm.run("events.on('x', function() error('broken') end)", { chunkName: 'a.lua', owner: 'plugin.a' })
  await t.vm.run("events.on('x', function(d) got = d.value end)", { chunkName: 'b.lua', owner: 'plugin.b' })
  expect(events.emit('x', { value: 5 })).toBe(2)
  expect(t.vm.getGlobal('got')).toBe(5)
  await expect.poll(() => t.errors).toMatchObject([{ owner: 'plugin.a', message: 'a.lua:1: broken', line: 1 }])
})

it('events.on: a handler may wait, and a handler that loops is stopped', async () => {
  const events = createEvents()
  await using t = await newVm({ modules: [events.module] })
  await t.run("events.on('x', function() first = t.soon(1) end) events.on('y', function() while true do end end)")
  events.emit('x')
  await expect.poll(() => t.vm.getGlobal('first')).toBe(1)
  events.emit('y')
  await expect.poll(() => t.errors).toMatchObject([{ kind: 'watchdog' }])
})

it('events.on, events.off: handlers may be added and taken off while an event is emitted', async () => {
  const events = createEvents()
  await using t = await newVm({ modules: [events.module] })
  await t.run(`
    count = 0
    local second
    events.on('x', function() events.off(second) events.on('x', function() count = count + 10 end) end)
    second = events.on('x', function() count = count + 1 end)`)
  expect(events.emit('x')).toBe(1)
  expect(t.vm.getGlobal('count')).toBe(0)
  events.emit('x')
  expect(t.vm.getGlobal('count')).toBe(10)
})

it('events.on, events.off, events.has, events.emit: wrong arguments raise', async () => {
  await using t = await newVm({ modules: [createEvents().module] })
  for (const [source, message] of [
    ["events.on('x')", "bad argument #2 to 'events.on' (function expected, got no value)"],
    ['events.on(nil, print)', "bad argument #1 to 'events.on' (string expected, got nil)"],
    ["events.off('x')", "bad argument #1 to 'events.off' (integer expected, got string)"],
    ['events.has({})', "bad argument #1 to 'events.has' (string expected, got table)"],
    ["events.emit('\\xff')", "bad argument #1 to 'events.emit' (text expected, got bytes that are not valid UTF-8)"],
  ]) {
    await expect(t.run(source!)).rejects.toThrow(message)
  }
})

it('events.on: handlers go with their owner', async () => {
  const events = createEvents()
  await using t = await newVm({ modules: [events.module] })
  await t.run("events.on('x', print) events.on('x', print)")
  expect(events.has('x')).toBe(true)
  t.vm.releaseOwner('test')
  expect(events.has('x')).toBe(false)
  expect(events.emit('x')).toBe(0)
})

it('events.wait: waits for the next event of a name, or until the time is over', async () => {
  const events = createEvents()
  await using t = await newVm({ modules: [events.module] })
  expect(await t.run("return events.wait('never', 0.01)")).toEqual([false])
  const waiting = t.run("return events.wait('deployed', 5)")
  const emitting = setInterval(() => events.emit('deployed'), 5)
  expect(await waiting).toEqual([true])
  clearInterval(emitting)
  await expect(t.run("events.wait('x', 'soon')")).rejects.toThrow(
    "bad argument #2 to 'events.wait' (number expected, got string)",
  )
})
