import { expect, it } from 'vitest'
import { jsonModule } from '../../lua/modules/index.ts'
import { defineFunction, defineModule, sandboxed } from '../../lua/vm/index.ts'
import { newVm } from './support.ts'

it('Nothing reaches the process, files or bytecode by way of the standard library', async () => {
  await using t = await newVm()
  for (const name of [
    'io',
    'dofile',
    'loadfile',
    'string.dump',
    'os.execute',
    'os.exit',
    'os.remove',
    'package.searchers',
    'package.loadlib',
    'debug.sethook',
    'debug.getregistry',
    'debug.setmetatable',
    'debug.upvaluejoin',
  ]) {
    const parent = name.includes('.') ? name.split('.')[0]! : '_G'
    expect(await t.run(`return ${parent} and ${name}`), name).toEqual([undefined])
    expect(
      await t.run(`local p = package.loaded['${parent}'] return p and p['${name.split('.').at(-1)}']`),
      name,
    ).toEqual([undefined])
  }
  expect(await t.run('return (load("\\27Lua")), (load("return 1", "x", "b"))')).toEqual([undefined, undefined])
  expect(await t.run('return load("return ...", "=x", "t", {})(5), type(load(function() return nil end))')).toEqual([
    5,
    'function',
  ])
})

it('Finalizers are refused', async () => {
  await using t = await newVm()
  await expect(t.run('setmetatable({}, {__gc = function() end})')).rejects.toThrow("'__gc' is not supported")
  expect(
    await t.run(
      'local m = {} setmetatable({}, m) m.__gc = function() collected = true end collectgarbage() return collected',
    ),
  ).toEqual([undefined])
})

it('More memory than allowed is an ordinary error, and the VM works on', async () => {
  await using t = await newVm({ memoryLimit: 16 << 20 })
  expect(await t.run('return pcall(string.rep, "x", 3e7)')).toEqual([false, 'not enough memory'])
  await expect(t.run('\nlocal t = {} for i = 1, 1e8 do t[i] = {i} end')).rejects.toMatchObject({
    kind: 'memory',
    line: 2,
  })
  await expect(t.run('local s = "x" while true do s = s .. s end')).rejects.toMatchObject({ kind: 'memory' })
  expect(() => t.now('local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end')).toThrow(
    expect.objectContaining({ kind: 'memory', file: 'test.lua', line: 1 }),
  )
  expect(await t.run('return t.soon({1, 2})')).toEqual([[1, 2]])
  expect(t.vm.memoryUsed).toBeLessThan(17 << 20)
})

it('Values from JavaScript may fill the memory without harm', async () => {
  await using t = await newVm({ memoryLimit: 4 << 20 })
  const much = Array.from({ length: 100_000 }, (_, i) => `value ${i}`)
  await t.run('return #(...)', much).catch((error: unknown) => expect(error).toMatchObject({ kind: 'memory' }))
  expect(await t.run('return 1')).toEqual([1])
})

it('Calls that would take forever inside C are refused or capped', async () => {
  await using t = await newVm()
  const capped: [string, RegExp][] = [
    ['("x"):rep(1 << 40)', /resulting string too large/],
    ['("x"):rep(100, ("y"):rep(1 << 24))', /resulting string too large|memory/],
    ['table.move({}, 1, 1 << 60, 2)', /too many items/],
    ['table.move({}, math.mininteger, math.maxinteger, 2)', /too many/],
    ['table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 0)', /too many items/],
    ['table.concat({}, "", 1, 1 << 60)', /too many items|invalid value/],
    ['table.sort(setmetatable({}, {__len = function() return 1 << 60 end}))', /too many items|too big/],
    ['table.unpack({}, 1, 1e8)', /too many results/],
  ]
  for (const [source, message] of capped) await expect(t.run(source), source).rejects.toThrow(message)
})

it('A length that changes from one look to the next does not get around the caps', async () => {
  await using t = await newVm()
  const lying = (fields = '') =>
    `local n = 0 local t = setmetatable({}, {__len = function() n = n + 1 return n == 1 and 3 or 1 << 50 end${fields}})`
  for (const source of [
    `${lying()} table.insert(t, 1, 'x') return t[1]`,
    `${lying()} table.remove(t, 1) return 'x'`,
    `${lying(', __index = rawlen, __newindex = rawequal')} table.sort(t) return 'x'`,
    `${lying(', __index = rawlen')} return table.concat(t) == '000' and 'x'`,
  ]) {
    expect(await t.run(source), source).toEqual(['x'])
  }
  expect(
    await t.run(`
      local t = setmetatable({ 3, 1, 2 }, {})
      table.sort(t) table.insert(t, 2, 'two') local gone = table.remove(t, 1)
      return gone .. table.concat(t, ','), select(2, pcall(table.insert, t, 9, 1)), #t, table.remove(t, 3), #t`),
  ).toEqual(['1two,2,3', "bad argument #2 to 'insert' (position out of bounds)", 3, 3, 2])
})

it('A table whose parts repeat more often than anything could hold does not leave Lua', async () => {
  await using t = await newVm({ modules: [jsonModule()] })
  const much = 'local t = {} for _ = 1, 40 do t = { t, t } end '
  await expect(t.run(`${much} return _G.t.echo(t)`)).rejects.toThrow('more than 4000000')
  await expect(t.run(`${much} return json.encode(t)`)).rejects.toThrow('more than 4000000')
})

it('The capped functions do what the originals do', async () => {
  await using t = await newVm()
  const results = await t.run(`
    local r = {}
    r[#r + 1] = ('ab'):rep(3) == 'ababab' and ('ab'):rep(2500) == table.concat((function() local t = {} for i = 1, 2500 do t[i] = 'ab' end return t end)())
    r[#r + 1] = #('a'):rep(5000, ', ') == 5000 + 4999 * 2 and ('a'):rep(2001, '-'):sub(-3) == 'a-a' and (''):rep(1 << 40) == ''
    r[#r + 1] = ('x'):rep(0) == '' and ('x'):rep(-1) == '' and ('x'):rep(2.0) == 'xx'
    local t = {3, 1, 2} table.sort(t) r[#r + 1] = table.concat(t, ',') == '1,2,3'
    local big = {} for i = 1, 5000 do big[i] = (i * 7919) % 5003 end table.sort(big)
    local sorted = true for i = 2, 5000 do sorted = sorted and big[i - 1] <= big[i] end r[#r + 1] = sorted
    table.insert(t, 9) table.insert(t, 1, 0) r[#r + 1] = table.concat(t, ',') == '0,1,2,3,9' and table.remove(t) == 9 and table.remove(t, 1) == 0
    r[#r + 1] = table.concat(table.move({1, 2, 3}, 1, 3, 2), ',') == '1,1,2,3' and #table.move({1, 2}, 1, 2, 1, {}) == 2
    r[#r + 1] = select('#', pcall(table.insert, {}, 1, 2, 3)) == 2 and not pcall(table.insert, {})
    r[#r + 1] = type(collectgarbage('count')) == 'number' and collectgarbage() == 0
    return r`)
  expect(results[0]).toEqual(Array.from({ length: 9 }, () => true))
})

it('os tells time, date and environment', async () => {
  await using t = await newVm({ env: { HOME: '/home/x' } })
  expect(await t.run("return os.getenv('HOME'), os.getenv('PATH'), os.getenv('toString')")).toEqual([
    '/home/x',
    undefined,
    undefined,
  ])
  expect(
    await t.run(
      "return os.date('!%Y-%m-%dT%H:%M:%S %j %a %B %p %%', 86399), os.date('!%c', 0), os.date('!%G-W%V-%u', 1230768000)",
    ),
  ).toEqual(['1970-01-01T23:59:59 001 Thu January PM %', 'Thu Jan  1 00:00:00 1970', '2009-W01-4'])
  expect(
    await t.run(
      "local d = os.date('*t', 1e9) return os.time(d), os.date('!*t', 0).wday, os.difftime(5, 3), os.clock() >= 0",
    ),
  ).toEqual([1e9, 5, 2, true])
  expect(
    await t.run('return os.time({year = 2024, month = 14, day = -3}) == os.time({year = 2025, month = 1, day = 28})'),
  ).toEqual([true])
  await expect(t.run("os.date('%Q')")).rejects.toThrow("invalid conversion specifier '%Q'")
  await expect(t.run('os.time({year = 2024})')).rejects.toThrow("field 'month' missing")
})

it('A sandbox sees only the modules and functions marked for it', async () => {
  const returns = [{ type: 'boolean' }] as const
  const open = defineFunction({ doc: '', returns, call: () => true })
  const shown = defineFunction({ doc: '', returns, sandbox: true, call: () => true })
  const hidden = defineFunction({ doc: '', returns, sandbox: false, call: () => true })
  const modules = sandboxed([
    defineModule({ name: 'a', doc: '', sandbox: true, functions: { open, hidden } }),
    defineModule({ name: 'b', doc: '', functions: { open, shown } }),
    defineModule({ name: 'c', doc: '', functions: { open } }),
  ])
  await using t = await newVm({ modules })
  expect(await t.run('return a.open(), a.hidden, b.open, b.shown(), c')).toEqual([
    true,
    undefined,
    undefined,
    true,
    undefined,
  ])
})
