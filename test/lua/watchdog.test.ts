import { expect, it } from 'vitest'
import { newVm, type TestVm } from './support.ts'

const BUDGET = 30
/** Milliseconds of processor time that a stop may be late, other threads of this process included. */
const LATE = 400

const endless: [name: string, source: string][] = [
  ['a plain loop', 'while true do end'],
  ['a loop around pcall', 'while true do pcall(function() while true do end end) end'],
  ['xpcall with a handler that loops', 'xpcall(function() error("x") end, function() while true do end end)'],
  [
    'a message handler that loops when the budget ends',
    'while true do xpcall(function() while true do end end, function() while true do end end) end',
  ],
  ['a coroutine that loops', 'coroutine.wrap(function() while true do end end)()'],
  [
    'nested coroutines',
    'local function deep(n) coroutine.wrap(function() if n == 0 then while true do end else deep(n - 1) end end)() end while true do pcall(deep, 20) end',
  ],
  ['a comparison function', 'table.sort({3, 2, 1}, function() while true do end end)'],
  ['a replacement function', '("abc"):gsub(".", function() while true do end end)'],
  ['a metamethod', 'local x = setmetatable({}, {__index = function() while true do end end}).y'],
  ['__close', 'local x <close> = setmetatable({}, {__close = function() while true do end end})'],
  ['__tostring of an error', 'error(setmetatable({}, {__tostring = function() while true do end end}))'],
  ['endless recursion caught again and again', 'local function f() return pcall(f) end while true do f() end'],
  ['a callback from JavaScript', 't.call(function() while true do end end)'],
  ['many long strings', 'while true do local s = ("x"):rep(1 << 20) end'],
  ['string.rep of one byte', 'while true do ("x"):rep(30000000) end'],
  ['a growing string', 'local s = "x" while true do pcall(function() s = s .. s end) if #s > 1e7 then s = "x" end end'],
  ['a growing table', 'local t = {} while true do t[#t + 1] = {} if #t > 1e6 then t = {} end end'],
  ['table.concat of much', 'local t = {} for i = 1, 1e5 do t[i] = "xyz" end while true do table.concat(t, ",") end'],
  ['table.insert at the front', 'local t = {} for i = 1, 1e5 do t[i] = i end while true do table.insert(t, 1, 0) end'],
  ['table.move of much', 'local t = {} for i = 1, 1e5 do t[i] = i end while true do table.move(t, 1, 1e5, 2) end'],
  [
    'sorting numbers',
    'local t = {} for i = 1, 3e5 do t[i] = (i * 7919) % 1000003 end while true do table.sort(t) t[1] = 5e5 end',
  ],
  ['the garbage collector', 'local t = {} for i = 1, 1e5 do t[i] = {} end while true do collectgarbage() end'],
  ['five lazy repetitions', 'while true do ("a"):rep(60):find("a-a-a-a-a-b") end'],
  ['a pattern on 20 KB', 'while true do ("x"):rep(20000):find(".-y") end'],
  ['%b on 300 KB', '("("):rep(300000):find("%b()")'],
  ['optional items', '("a"):rep(30):find(("a?"):rep(30) .. ("a"):rep(30))'],
  ['gsub on much', 'local s = ("ab"):rep(1 << 20) while true do s:gsub("a", "%0") end'],
  ['gmatch on much', 'while true do for w in ("ab "):rep(1 << 18):gmatch("%a+") do end end'],
  ['resuming in a loop', 'while true do coroutine.wrap(function() coroutine.yield() end)() end'],
  ['waits that are over at once', 'local n = 0 while true do n = n + 1 if n == 1 then t.at_once() end end'],
]

it.each(endless)('%s is stopped on budget, and the VM works on', async (_, source) => {
  await using t = await newVm({ memoryLimit: 128 << 20 })
  const options = { chunkName: 'endless.lua', owner: 'test', budgetMs: BUDGET }
  const started = processorTime()
  await expect(t.vm.run(source, options)).rejects.toMatchObject({ kind: 'watchdog' })
  expect(processorTime() - started).toBeLessThan(BUDGET + LATE)
  await works(t)
  if (source.includes('t.at_once')) return
  expect(() => t.vm.runSync(source, options)).toThrow(expect.objectContaining({ kind: 'watchdog' }))
  await works(t)
})

it('Recursion without end is stopped on time, again and again: what it leaves costs nothing', async () => {
  await using t = await newVm()
  const source = 'local function f() return 1 + f() end while true do pcall(f) end'
  for (let i = 0; i < 4; i++) {
    const started = processorTime()
    const run = t.vm.run(source, { chunkName: 'endless.lua', owner: 'test', budgetMs: 100 })
    await expect(run).rejects.toMatchObject({ kind: 'watchdog' })
    expect(processorTime() - started).toBeLessThan(200)
  }
})

it('Calls may nest 45,000 deep, and not 60,000', async () => {
  await using t = await newVm()
  const depth = 'local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end'
  expect(await t.run(`${depth} return depth(45000), coroutine.wrap(function() return depth(45000) end)()`)).toEqual([
    45_000, 45_000,
  ])
  await expect(t.run(`${depth} return depth(60000)`)).rejects.toMatchObject({
    kind: 'runtime',
    message: 'test.lua:1: stack overflow',
  })
  const caught = `${depth} return select(2, xpcall(depth, function(m) return "seen: " .. m end, 60000))`
  expect(await t.run(caught)).toEqual(['seen: test.lua:1: stack overflow'])
})

it.each([
  ['a message handler', 'while true do xpcall(depth, function() while true do end end, 60000) end'],
  ['__close', 'pcall(function() local x <close> = closing depth(60000) end)'],
  ['__close in a coroutine', 'pcall(coroutine.wrap(function() local x <close> = closing depth(60000) end))'],
  ['__close of what ends with it', 'local x <close> = closing depth(60000)'],
  ['what comes after', 'pcall(depth, 60000) while true do end'],
])('%s is watched while calls that nested too deep unwind', async (_, source) => {
  await using t = await newVm()
  const before = `local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
    local closing = setmetatable({}, { __close = function() while true do end end }) `
  const options = { chunkName: 'deep.lua', owner: 'test', budgetMs: BUDGET }
  await expect(t.vm.run(before + source, options)).rejects.toThrow()
  expect(() => t.vm.runSync(before + source, options)).toThrow()
  await works(t)
})

function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function works(t: TestVm): Promise<void> {
  expect(t.now('local s = 0 for i = 1, 1000 do s = s + i end return s, pcall(error, "x")')).toEqual([
    500500,
    false,
    'x',
  ])
  expect(await t.run('return t.soon(1), coroutine.wrap(function() coroutine.yield(t.soon(2)) end)()')).toEqual([1, 2])
}

it('The report says where the loop is', async () => {
  await using t = await newVm()
  const run = t.vm.run('local function spin()\n  while true do end\nend\nspin()', {
    chunkName: 'lua/ui/layout.lua',
    owner: 'ui',
    budgetMs: 20,
  })
  await expect(run).rejects.toMatchObject({ kind: 'watchdog', file: 'lua/ui/layout.lua', line: 2 })
  await run.catch((error: { traceback: string }) =>
    expect(error.traceback).toContain("lua/ui/layout.lua:2: in local 'spin'"),
  )
})

it('An inner call over its own budget fails alone; the outer one goes on', async () => {
  await using t = await newVm()
  using slow = t.vm.load('while true do end', { chunkName: 'slow.lua', owner: 'slow' })
  t.vm.setGlobal('result', 0)
  using outer = t.vm.load('return 1', { chunkName: 'outer.lua', owner: 'outer' })
  expect(() => t.vm.callSync(slow, [], { budgetMs: 10 })).toThrow(expect.objectContaining({ kind: 'watchdog' }))
  expect(t.vm.callSync(outer, [], { budgetMs: 10 })).toEqual([1])
})

it('Time that a primitive takes does not use up the budget', async () => {
  await using t = await newVm()
  const source = 'for i = 1, 3 do local x = 0 for j = 1, 5000 do x = x + j end t.block(300) end return "done"'
  const options = { chunkName: 'slow-disk.lua', owner: 'test', budgetMs: 100 }
  expect(await t.vm.run(source, options)).toEqual(['done'])
  expect(t.vm.runSync(source, options)).toEqual(['done'])
})

it('Nor do many short calls of slow primitives', async () => {
  await using t = await newVm()
  const source = 'for i = 1, 40 do t.block(8) end return "done"'
  expect(t.vm.runSync(source, { chunkName: 'a', owner: 'a', budgetMs: 200 })).toEqual(['done'])
})

it('A script that does nothing but call slow primitives is stopped all the same', async () => {
  await using t = await newVm()
  const run = () => t.vm.runSync('while true do t.block(20) end', { chunkName: 'a.lua', owner: 'a', budgetMs: 20 })
  expect(run).toThrow('stopped: what it called took too long, again and again')
  await works(t)
})

it('Waiting does not use up the budget', async () => {
  await using t = await newVm()
  const run = t.vm.run(
    'local started = os.clock() for i = 1, 20 do t.soon() local x = 0 for j = 1, 20000 do x = x + j end end return "done"',
    {
      chunkName: 'a',
      owner: 'a',
      budgetMs: 100,
    },
  )
  expect(await run).toEqual(['done'])
})

it('What was stopped lets go of what it held with <close>', async () => {
  await using t = await newVm()
  const source = 'local guard <close> = setmetatable({}, {__close = function() released = true end}) while true do end'
  await expect(t.vm.run(source, { chunkName: 'a', owner: 'a', budgetMs: 10 })).rejects.toMatchObject({
    kind: 'watchdog',
  })
  expect(t.vm.getGlobal('released')).toBe(true)
})

it('A thousand stops leave no trace in memory', async () => {
  await using t = await newVm()
  using loop = t.vm.load('local t = {} while true do pcall(function() while true do t[1] = {} end end) end', {
    chunkName: 'a',
    owner: 'a',
  })
  const stop = () => expect(() => t.vm.callSync(loop, [], { budgetMs: 0.2 })).toThrow()
  for (let i = 0; i < 100; i++) stop()
  t.now('collectgarbage() collectgarbage()')
  const before = t.vm.memoryUsed
  for (let i = 0; i < 1000; i++) stop()
  t.now('collectgarbage() collectgarbage()')
  expect(t.vm.memoryUsed - before).toBeLessThan(200_000)
})

it('What is stopped while it fills the memory is told with file and line', async () => {
  await using t = await newVm()
  const where = { chunkName: 'test.lua', owner: 'test', budgetMs: 20 }
  await expect(
    t.vm.run('local t = {}\nwhile true do t[#t % 4] = ("x"):rep(2e7) .. #t end', where),
  ).rejects.toMatchObject({
    kind: 'watchdog',
    file: 'test.lua',
    line: 2,
  })
})
