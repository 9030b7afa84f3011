import { expect, test } from 'vitest'
import { fsModule } from '../../../lua/modules/fs/index.ts'
import {
  createEvents,
  jsonModule,
  logModule,
  ownersModule,
  taskModule,
  timerModule,
} from '../../../lua/modules/index.ts'
import { expectExamplesToRun } from '../../modules/examples.ts'
import { newVm } from '../support.ts'

const withTasks = () =>
  newVm({
    modules: [taskModule(), timerModule(), ownersModule(), jsonModule(), createEvents().module, logModule(() => {})],
  })

/** What `sleep(seconds, value)` is in these tests. */
const SLEEP = `
local function sleep(seconds, ...)
  events.wait('never', seconds)
  return ...
end
`

test('task.all: runs functions side by side, and gives everything they return, in their order', async () => {
  using t = await withTasks()
  const [found] = await t.run(`${SLEEP}
    went = {}
    local function slow(...) table.insert(went, 'begun') sleep(0.3) table.insert(went, 'ended') return ... end
    local function f() end
    local results = assert(task.all({
      function() return slow('slow', nil, f, nil) end,
      function() return nil, 'no such file', { kind = 'ENOENT' } end,
      function() return slow('second') end,
      function() end,
    }))
    local a, b, c, d = table.unpack(results)
    return { a[1], a.n, a[3] == f, b.n, b[2], b[3].kind, c[1], d.n, #results }`)
  expect(found).toEqual(['slow', 4, true, 3, 'no such file', 'ENOENT', 'second', 0, 4])
  expect(t.vm.getGlobal('went')).toEqual(['begun', 'begun', 'ended', 'ended'])
})

test('task.all: an error of one is raised as it was, and the others are cancelled', async () => {
  using t = await withTasks()
  const [found] = await t.run(`${SLEEP}
    went_on = false
    local mine = setmetatable({ kind = 'mine' }, { __tostring = function() return 'mine' end })
    local ok, err = pcall(task.all, {
      function() sleep(0.05) error(mine) end,
      function() sleep(60) went_on = true end,
    })
    return { ok, err == mine, went_on, owners.count('test').coroutines }`)
  expect(found).toEqual([false, true, false, 1])
  await expect(t.run('task.all({ function() local x = nil; return x.y end })')).rejects.toThrow(
    /test.lua:1: attempt to index/,
  )
})

test('task.all: says when the time was over, and leaves nothing that runs', async () => {
  using t = await withTasks()
  const [found] = await t.run(`${SLEEP}
    local results, message, err = task.all({ function() sleep(60) end, function() return 1 end }, 0.05)
    return { results == nil, message, err.kind, owners.count('test').coroutines }`)
  expect(found).toEqual([true, 'it was not done within 0.05 s', 'deadline', 1])
})

test('task.race: gives what the first returned, and cancels the others', async () => {
  using t = await withTasks()
  const [found] = await t.run(`${SLEEP}
    went_on = false
    local index, a, b, c = task.race({
      function() sleep(60) went_on = true end,
      function() return sleep(0.05, 'x', nil, 'z') end,
      function() sleep(60) went_on = true end,
    })
    return { index, a, b == nil, c, went_on, owners.count('test').coroutines }`)
  expect(found).toEqual([2, 'x', true, 'z', false, 1])
  expect(await t.run('return #task.all({})')).toEqual([0])
  expect(await t.run("return select('#', task.race({ function() end }))")).toEqual([1])
})

test('task.race: an error of the first is raised; the time limit is told', async () => {
  using t = await withTasks()
  const [found] = await t.run(`${SLEEP}
    local ok, raised = pcall(task.race, { function() error('at once', 0) end, function() sleep(60) end })
    local index, message, err = task.race({ function() sleep(60) end }, 0.02)
    return { ok, raised.message, index == nil, message, err.kind, owners.count('test').coroutines }`)
  expect(found).toEqual([false, 'at once', true, 'it was not done within 0.02 s', 'deadline', 1])
})

test('task.deadline: gives what the function returns, or says that it took too long', async () => {
  using t = await withTasks()
  const [found] = await t.run(`${SLEEP}
    local a, b, c = task.deadline(5, sleep, 0.01, 1, nil, 3)
    local ok, message, err = task.deadline(0.02, sleep, 60)
    local fine, raised = pcall(task.deadline, 1, error, 'mine', 0)
    return { a, b == nil, c, ok == nil, message, err.kind, fine, raised.message }`)
  expect(found).toEqual([1, true, 3, true, 'it was not done within 0.02 s', 'deadline', false, 'mine'])
})

test('task.all, task.race, task.deadline: work within each other, and within a script’s own coroutines', async () => {
  using t = await withTasks()
  const [found] = await t.run(`${SLEEP}
    local next = coroutine.wrap(function()
      for i = 1, 3 do
        coroutine.yield(task.all({
          function() return select(2, task.race({ function() return sleep(0.01, i) end, function() sleep(60) end })) end,
          function() return task.deadline(1, sleep, 0.01, -i) end,
        }))
      end
    end)
    local found = {}
    for results in next do found[#found + 1] = results[1][1] found[#found + 1] = results[2][1] end
    return found`)
  expect(found).toEqual([1, -1, 2, -2, 3, -3])
})

test('task.all: a thousand at once, and again and again, leave nothing behind', async () => {
  using t = await withTasks()
  const round = `
    local list = {}
    for i = 1, 1000 do list[i] = function() events.wait('never', 0) return i end end
    local sum = 0
    for _, result in ipairs(task.all(list)) do sum = sum + result[1] end
    assert(sum == 500500)`
  const used = async () => {
    await t.run(`for _ = 1, 3 do ${round} end`)
    return (
      await t.run("collectgarbage() collectgarbage() return math.floor(collectgarbage('count') * 1024)")
    )[0] as number
  }
  await used()
  const before = await used()
  await used()
  expect((await used()) - before).toBeLessThan(16_384)
  expect(t.vm.countOf('test')).toEqual({ registrations: 0, coroutines: 0 })
})

test('task.all, task.race: their functions are stopped with the caller, however it ends', async () => {
  using t = await withTasks()
  const running = t.run(`${SLEEP}
    went_on = false
    task.all({ function() sleep(0.2) went_on = true end, function() task.race({ function() sleep(60) end }) end })`)
  const ended = expect(running).rejects.toThrow()
  t.vm.releaseOwner('test')
  await ended
  expect(t.vm.countOf('test').coroutines).toBe(0)
  const aborted = new AbortController()
  using fn = t.vm.load(`${SLEEP} task.all({ function() sleep(0.05) went_on = true end })`, {
    chunkName: 'test.lua',
    owner: 'other',
  })
  const cancelled = expect(t.vm.call(fn, [], { signal: aborted.signal })).rejects.toMatchObject({ kind: 'cancelled' })
  aborted.abort()
  await cancelled
  await t.run("events.wait('never', 0.1)")
  expect(t.vm.getGlobal('went_on')).toBe(false)
  expect(t.vm.countOf('other').coroutines).toBe(0)
})

test('task.all: its functions have the caller’s budget, one turn each, and no way around it', async () => {
  using t = await withTasks()
  for (const call of [
    'task.all({ function() while true do end end })',
    'task.deadline(9, function() while true do end end)',
  ]) {
    using fn = t.vm.load(call, { chunkName: 'test.lua', owner: 'test' })
    await expect(t.vm.call(fn, [], { budgetMs: 50 })).rejects.toMatchObject({ kind: 'watchdog' })
  }
  using later = t.vm.load(`${SLEEP} task.all({ function() sleep(0.01) while true do end end })`, {
    chunkName: 'test.lua',
    owner: 'test',
  })
  await expect(t.vm.call(later, [], { budgetMs: 50 })).rejects.toMatchObject({ kind: 'watchdog' })
})

test('task.all: what registers inside belongs to the caller', async () => {
  using t = await withTasks()
  await t.run(`owners.call('plugin.x', task.all, { function() events.on('e', print) end })`)
  expect(t.vm.countOf('plugin.x').registrations).toBe(1)
})

test('task.all, task.race, task.deadline: wrong arguments raise and say what was expected', async () => {
  using t = await withTasks()
  for (const [call, problem] of [
    ['task.all()', "bad argument #1 to 'task.all' (table expected, got nil)"],
    ['task.race({})', "bad argument #1 to 'task.race' (a list of functions expected, got an empty table)"],
    ['task.all({ print, 1 })', "bad argument #1 to 'task.all' ([2]: function expected, got number)"],
    ["task.all({ print }, 'x')", "bad argument #2 to 'task.all' (number expected, got string)"],
    [
      'local l = {} for i = 1, 1001 do l[i] = print end task.all(l)',
      "bad argument #1 to 'task.all' (at most 1000 functions expected, got 1001)",
    ],
    ['task.race(print)', "bad argument #1 to 'task.race' (table expected, got function)"],
    ['task.deadline(print)', "bad argument #1 to 'task.deadline' (number expected, got function)"],
    ['task.deadline(1)', "bad argument #2 to 'task.deadline' (function expected, got nil)"],
  ]) {
    await expect(t.run(call!)).rejects.toThrow(problem)
  }
  expect(() => t.now('task.all({ print })')).toThrow('this code must finish at once and cannot wait')
})

test('task: its examples run', async () => {
  const fs = fsModule({ base: '/' })
  const modules = [taskModule(), timerModule(), createEvents().module, logModule(() => {}), fs]
  using t = await newVm({ modules })
  await expectExamplesToRun(t, taskModule())
})
