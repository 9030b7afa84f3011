import { expect, it } from 'vitest'
import { LuaError } from '../../lua/vm/index.ts'
import { newVm } from './support.ts'

it('A primitive that waits reads as if it blocked', async () => {
  await using t = await newVm()
  expect(await t.run('local a = t.soon(1) local b, c = t.soon(2, {x = 3}) return a, b, c')).toEqual([1, 2, { x: 3 }])
  expect(await t.run('return t.at_once(), (t.soon()), select("#", t.soon(nil, nil))')).toEqual([true, undefined, 2])
})

it('Waiting works inside pcall and xpcall, and errors are caught there', async () => {
  await using t = await newVm()
  expect(await t.run('return pcall(function() return t.soon("in") end)')).toEqual([true, 'in'])
  expect(await t.run('return xpcall(function() t.soon() error("x", 0) end, function(e) return e .. "!" end)')).toEqual([
    false,
    'x!',
  ])
  expect(await t.run('local ok, e = pcall(t.throws) return ok, tostring(e), e.op, e.kind')).toEqual([
    false,
    'it broke',
    't.throws',
    'error',
  ])
  expect(await t.run('return pcall(function() return pcall(function() return pcall(t.soon, 5) end) end)')).toEqual([
    true,
    true,
    true,
    5,
  ])
})

it("Waiting works inside a script's own coroutine", async () => {
  await using t = await newVm()
  const source = `
    local log = {}
    local co = coroutine.create(function(a)
      log[#log + 1] = a
      local b = coroutine.yield(t.soon('first'))
      log[#log + 1] = b
      local ok, e = pcall(function() t.soon() error('inside', 0) end)
      log[#log + 1] = e
      return t.soon('last')
    end)
    local _, x = coroutine.resume(co, 'start')
    local _, y = coroutine.resume(co, 'again')
    return log, x, y, coroutine.status(co), coroutine.resume(co)`
  expect(await t.run(source)).toEqual([
    ['start', 'again', 'inside'],
    'first',
    'last',
    'dead',
    false,
    'cannot resume dead coroutine',
  ])
})

it('Waiting works inside an iterator made with coroutine.wrap, three deep', async () => {
  await using t = await newVm()
  const source = `
    local function numbers(n)
      return coroutine.wrap(function() for i = 1, n do t.soon() coroutine.yield(i) end end)
    end
    local function squares(n)
      return coroutine.wrap(function() for i in numbers(n) do coroutine.yield(t.soon(i * i)) end end)
    end
    local sum = {}
    for s in coroutine.wrap(function() for q in squares(4) do coroutine.yield(q) end end) do sum[#sum + 1] = s end
    return sum`
  expect(await t.run(source)).toEqual([[1, 4, 9, 16]])
})

it('Waiting works in metamethods, __close and iterators of for', async () => {
  await using t = await newVm()
  const source = `
    local log = {}
    local object = setmetatable({}, {
      __index = function(_, key) return t.soon(key) end,
      __add = function(a, b) return t.soon('sum') end,
      __call = function(_, x) return t.soon(x) end,
      __pairs = function() t.soon() return function(_, k) if not k then return t.soon('k'), 'v' end end end,
    })
    do local guard <close> = setmetatable({}, { __close = function() log[#log + 1] = t.soon('closed') end }) end
    for k, v in pairs(object) do log[#log + 1] = k .. v end
    return object.field, object + 1, object('called'), log`
  expect(await t.run(source)).toEqual(['field', 'sum', 'called', ['closed', 'kv']])
})

it('Where Lua cannot wait, the primitive raises and says so, without having begun', async () => {
  await using t = await newVm()
  const places = [
    'table.sort({3, 2, 1}, function(a, b) t.soon() return a < b end)',
    '("abc"):gsub(".", function() t.soon() end)',
    'tostring(setmetatable({}, {__tostring = function() t.soon() return "" end}))',
    'local co = coroutine.wrap(function() t.soon() end) table.sort({2, 1}, function(a, b) co() return a < b end)',
    't.call(function() t.soon() end)',
  ]
  for (const source of places) await expect(t.run(source), source).rejects.toThrow(/'t\.soon' waits, and .*cannot wait/)
  expect(() => t.now('t.soon()')).toThrow("'t.soon' waits, and this code must finish at once")
  expect(await t.run(`return pcall(function() ${places[0]} end)`)).toMatchObject([false, { op: 't.soon' }])
})

it('A coroutine that waits cannot be resumed or closed by somebody else', async () => {
  await using t = await newVm()
  const source = `
    local results = {}
    local co
    co = coroutine.create(function() t.call(function() end) t.soon() return 'done' end)
    local other = coroutine.wrap(function() coroutine.yield() end)
    results[1] = select(2, coroutine.resume(co))
    return results, coroutine.status(co)`
  expect(await t.run(source)).toEqual([['done'], 'dead'])
  // Two tasks share a coroutine: the second finds it waiting.
  t.vm.setGlobal('shared', true)
  const first = t.run('shared = coroutine.create(function() t.soon() return 1 end) return coroutine.resume(shared)')
  expect(await t.run('return coroutine.status(shared), coroutine.resume(shared)')).toEqual([
    'normal',
    false,
    'cannot resume a coroutine that waits',
  ])
  await expect(t.run('coroutine.close(shared)'))
    .resolves.toBeDefined()
    .catch(() => undefined)
  expect(await first).toEqual([true, 1])
})

it('An expected failure arrives as nil, message and a structured error', async () => {
  await using t = await newVm()
  expect(
    await t.run('local v, m, e = t.fails() return v, m, e.kind, e.path, e.op, tostring(e), "failed: " .. e'),
  ).toEqual([undefined, 'no such thing', 'not_found', '/x', 't.fails', 'no such thing', 'failed: no such thing'])
})

it('coroutine.wrap hands errors on as they are, and closes what failed', async () => {
  await using t = await newVm()
  const source = `
    local closed = false
    local problem = {code = 7}
    local f = coroutine.wrap(function()
      local guard <close> = setmetatable({}, {__close = function() closed = true end})
      t.soon()
      error(problem)
    end)
    local ok, e = pcall(f)
    local ok2, e2 = pcall(f)
    return ok, rawequal(e, problem), closed, ok2, e2`
  const [ok, same, closed, again, message] = await t.run(source)
  expect([ok, same, closed, again]).toEqual([false, true, true, false])
  expect(message).toContain('cannot resume dead coroutine')
})

it('A yield to nowhere is an error', async () => {
  await using t = await newVm()
  await expect(t.run('coroutine.yield(1)')).rejects.toThrow('attempt to yield from outside a coroutine')
  expect(await t.run('return 1')).toEqual([1])
})

it('Many tasks wait at once, and each gets its own answer', async () => {
  await using t = await newVm()
  const tasks = Array.from({ length: 500 }, (_, i) => t.run('local a = t.soon(...) t.soon() return a', i))
  expect((await Promise.all(tasks)).flat()).toEqual(Array.from({ length: 500 }, (_, i) => i))
})

it('A loop of waits that are over at once does not keep the event loop from its turn', async () => {
  await using t = await newVm()
  let turns = 0
  const ticking = setInterval(() => turns++, 1)
  await t.run('for i = 1, 50000 do t.at_once() end')
  clearInterval(ticking)
  expect(turns).toBeGreaterThan(3)
})

it('A signal or deadline ends a task that waits, with its place and reason', async () => {
  await using t = await newVm()
  const cancel = new AbortController()
  const run = t.vm.run('local guard <close> = setmetatable({}, {__close = function() closed = true end})\nt.never()', {
    chunkName: 'waits.lua',
    owner: 'x',
    signal: cancel.signal,
  })
  cancel.abort()
  await expect(run).rejects.toMatchObject({
    kind: 'cancelled',
    file: 'waits.lua',
    line: 2,
    message: 'it was cancelled while it waited for t.never',
  })
  expect(t.vm.getGlobal('closed')).toBe(true)
  await expect(t.vm.run('t.never()', { chunkName: 'a', owner: 'x', deadlineMs: 5 })).rejects.toMatchObject({
    kind: 'deadline',
  })
  await expect(t.vm.run('t.never()', { chunkName: 'a', owner: 'x', signal: cancel.signal })).rejects.toBeInstanceOf(
    LuaError,
  )
})
