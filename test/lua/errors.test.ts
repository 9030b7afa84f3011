import { expect, it } from 'vitest'
import { LuaError } from '../../lua/vm/index.ts'
import { newVm } from './support.ts'

it('A syntax error names file and line', async () => {
  await using t = await newVm()
  const load = () => t.vm.load('local x = 1\nlocal = 2', { chunkName: 'lua/ui/actions.lua', owner: 'ui' })
  expect(load).toThrow(expect.objectContaining({ kind: 'syntax', file: 'lua/ui/actions.lua', line: 2 }))
  expect(load).toThrow(/^lua\/ui\/actions\.lua:2: /)
})

it('A long path is whole in the error, even where Lua shortens it', async () => {
  await using t = await newVm()
  const chunkName = `/home/somebody/${'deep/'.repeat(20)}ünï/layout.lua`
  const run = t.vm.run('error("oops")', { chunkName, owner: 'ui' })
  await expect(run).rejects.toMatchObject({ kind: 'runtime', file: chunkName, line: 1 })
})

it('An error at run time carries file, line and the Lua stack', async () => {
  await using t = await newVm()
  const source = 'local function inner() local x = nil + 1 end\nlocal function outer() inner() end\nouter()'
  for (const run of [
    () => t.vm.runSync(source, { chunkName: 'a.lua', owner: 'a' }),
    () => t.vm.run(source, { chunkName: 'a.lua', owner: 'a' }),
  ]) {
    const error = await Promise.resolve()
      .then(run)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LuaError)
    expect(error).toMatchObject({
      kind: 'runtime',
      file: 'a.lua',
      line: 1,
      message: 'a.lua:1: attempt to perform arithmetic on a nil value',
    })
    expect((error as LuaError).traceback).toMatch(
      /a\.lua:1: in .*inner.*\n.*a\.lua:2: in .*outer.*\n.*a\.lua:3: in main chunk/,
    )
  }
})

it('Wrong arguments are reported as Lua would, naming the primitive', async () => {
  await using t = await newVm()
  const wrong: [string, string][] = [
    ['t.text()', "bad argument #1 to 't.text' (string expected, got no value)"],
    ['t.text(nil)', "bad argument #1 to 't.text' (string expected, got nil)"],
    ['t.text({})', "bad argument #1 to 't.text' (string expected, got table)"],
    ['t.text("\\xff")', "bad argument #1 to 't.text' (text expected, got bytes that are not valid UTF-8)"],
    ['t.text("a", 1.5)', "bad argument #2 to 't.text' (number has no exact integer representation)"],
    ['t.text("a", 1 << 60)', "bad argument #2 to 't.text' (number has no exact integer representation)"],
    ['t.text("a", 1, "x")', "bad argument #3 to 't.text' (table or boolean expected, got string)"],
    ['t.add(1, 2, "3")', "bad argument #3 to 't.add' (number expected, got string)"],
    ['t.list({a = 1})', "bad argument #1 to 't.list' (list expected, got a table with the key 'a')"],
    ['t.call(1)', "bad argument #1 to 't.call' (function expected, got number)"],
  ]
  for (const [source, message] of wrong) {
    await expect(t.run(source), source).rejects.toMatchObject({
      kind: 'argument',
      message: `test.lua:1: ${message}`,
      file: 'test.lua',
      line: 1,
    })
  }
  expect(await t.run('return t.text(12), t.text("a", nil, {b = 1})')).toEqual(['121undefined', 'a1{"b":1}'])
})

it('An error thrown by a primitive is a table with kind, message, op and traceback, and reads as text', async () => {
  await using t = await newVm()
  expect(
    await t.run('local ok, e = pcall(t.boom) return ok, type(e), tostring(e), e.kind, e.op, type(e.traceback)'),
  ).toEqual([false, 'table', 'it broke', 'error', 't.boom', 'string'])
  await expect(t.run('\nt.boom()')).rejects.toMatchObject({ message: 'test.lua:2: it broke', op: 't.boom', line: 2 })
})

it('An error keeps its identity through JavaScript, coroutines and waits', async () => {
  await using t = await newVm()
  const source = `
    local problem = setmetatable({kind = 'mine', message = 'hello', deep = {x = 1}}, {__tostring = function() return 'text' end})
    local function fail() error(problem) end
    local a = select(2, pcall(t.call, fail))
    local b = select(2, pcall(t.call, function() t.call(function() t.call(fail) end) end))
    local c = select(2, pcall(coroutine.wrap(function() t.soon() t.call(fail) end)))
    return rawequal(a, problem), rawequal(b, problem), rawequal(c, problem)`
  expect(await t.run(source)).toEqual([true, true, true])
  await expect(t.run("error({kind = 'mine', message = 'hello', deep = {x = 1}})")).rejects.toMatchObject({
    kind: 'mine',
    message: 'hello',
    value: { deep: { x: 1 } },
  })
})

it('No error reads as an address', async () => {
  await using t = await newVm()
  const raised: [string, string][] = [
    ['error({code = 4})', 'raised {"code":4}'],
    ['error()', 'nil was raised as an error'],
    ['error(print)', 'a value without a message was raised'],
    ['error({1, x = print})', 'a value without a message was raised'],
    ['error(true)', 'raised true'],
    ['error(setmetatable({}, {__tostring = function() return "mine" end}))', 'mine'],
    ['error(setmetatable({}, {__tostring = function() error("again") end}))', 'raised {}'],
    ['error({message = "with a function", f = print})', 'with a function'],
  ]
  for (const [source, message] of raised) {
    const error: unknown = await t.run(source).catch((thrown: unknown) => thrown)
    expect((error as Error).message, source).toContain(message)
    expect((error as Error).message).not.toMatch(/0x/)
  }
})

it('Endless recursion, in Lua and between Lua and JavaScript, is an ordinary error', async () => {
  await using t = await newVm()
  await expect(t.run('local function f() return 1 + f() end f()')).rejects.toThrow('stack overflow')
  await expect(t.run('local function f() return t.call(f) end f()')).rejects.toThrow(/stack overflow/)
  await expect(t.run('local function f() return coroutine.wrap(f)() end f()')).rejects.toThrow(/overflow/)
  await expect(t.run('local s = string.rep("(", 100000) return load("return " .. s)()')).rejects.toThrow()
  await expect(t.run('return ("x"):rep(250):find(("(x"):rep(250))')).rejects.toThrow(/pattern|captures/)
  expect(await t.run('return t.soon("fine")')).toEqual(['fine'])
})

it('Errors of tasks that nobody awaits are reported with their owner', async () => {
  await using t = await newVm()
  const fn = t.vm.load('local x = ...\nt.soon()\nerror(x)', { chunkName: 'plugin.lua', owner: 'plugin.github' })
  t.vm.spawn(fn, ['late'])
  await expect.poll(() => t.errors).toHaveLength(1)
  expect(t.errors[0]).toMatchObject({
    owner: 'plugin.github',
    kind: 'runtime',
    message: 'plugin.lua:3: late',
    file: 'plugin.lua',
    line: 3,
  })
  expect(t.errors[0]!.traceback).toContain('plugin.lua:3')
})

it('A stack that is very deep is told by what calls itself, and at once', async () => {
  await using t = await newVm()
  const deep = 'local function f(n) if n == 0 then %s end return 1 + f(n - 1) end'
  const failing = t.run(`${deep.replace('%s', 'error("at the bottom")')} f(45000)`)
  const { message, traceback } = await failing.then(
    () => expect.fail('it did not fail'),
    (error: { message: string; traceback: string }) => error,
  )
  expect(message).toBe('test.lua:1: at the bottom')
  expect(traceback).toMatch(/^ {2}\[C\]: in global 'error'\n {2}test\.lua:1: in upvalue 'f'/)
  expect(traceback).toMatch(/\n {2}\.\.\.\t\(more than 200 levels\)$/)
  expect(traceback.split('\n').length).toBeLessThan(15)
  const [own, ofCoroutine, shallow, handed] = await t.run(`
    local said
    ${deep.replace('%s', 'said = debug.traceback("here") return 0')} f(45000)
    local co = coroutine.create(function() ${deep.replace('%s', 'coroutine.yield()')} f(500) end)
    coroutine.resume(co)
    return said, debug.traceback(co), debug.traceback('m', 1), debug.traceback({ 1 })[1]`)
  expect(own).toMatch(/^here\nstack traceback:\n(\t[^\n]+\n){12}\t\.\.\.\t\(more than 200 levels\)$/)
  expect(own).toContain("test.lua:3: in upvalue 'f'")
  expect(ofCoroutine).toMatch(/^stack traceback:\n\t\[C\]: in [^\n]*'yield'\n/)
  expect(shallow).toContain('test.lua:6: in main chunk')
  expect(handed).toBe(1)
})
