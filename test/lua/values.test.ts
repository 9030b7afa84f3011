import { expect, it } from 'vitest'
import { handle, isLuaFunction, LUA_NULL, LuaHandle, type LuaValue } from '../../lua/vm/index.ts'
import { newVm } from './support.ts'

it('Strings keep every byte on the way in and out', async () => {
  await using t = await newVm()
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
  expect(await t.run('local s = ... return #s, s:byte(1), s:byte(256), s', all)).toEqual([256, 0, 255, all])
  expect(await t.run(`return t.bytes('\\0a\\xff'), t.echo('\\xfe')`)).toEqual([
    Uint8Array.of(0, 97, 255),
    Uint8Array.of(254),
  ])
})

it('Text arrives as text, whatever its length and script', async () => {
  await using t = await newVm()
  for (const text of [
    '',
    'a',
    'fifteen chars !',
    'naïve café',
    '日本語',
    '👩‍👩‍👧 family',
    'a\0b',
    '\ufeffbom',
    '\ufffd',
    'x'.repeat(100_000),
    'é'.repeat(70_000),
  ]) {
    expect(await t.run('return ..., #...', text)).toEqual([text, Buffer.byteLength(text)])
  }
})

it('Numbers are exact, whole ones beyond 2^53 too', async () => {
  await using t = await newVm()
  expect(await t.run('return math.maxinteger, math.mininteger, 2^53, (1<<53)+1, -0.0, 1/0, 1e300, 0.1')).toEqual([
    9223372036854775807n,
    -9223372036854775808n,
    2 ** 53,
    9007199254740993n,
    -0,
    Number.POSITIVE_INFINITY,
    1e300,
    0.1,
  ])
  expect(
    await t.run(
      'local a, b, c, d = ... return math.type(a), math.type(b), math.type(c), math.type(d), c',
      1,
      1.5,
      2n ** 62n,
      -0,
    ),
  ).toEqual(['integer', 'float', 'integer', 'float', 2n ** 62n])
  await expect(t.run('return ...', 2n ** 63n)).rejects.toMatchObject({ kind: 'conversion' })
})

it('Lists and maps keep their shape, and an empty list stays one', async () => {
  await using t = await newVm()
  const value = { list: [1, [2, {}], []], map: { a: { b: { c: true } } }, 'odd key': 'x', __proto__x: 1 }
  expect(await t.run('return ...', value)).toEqual([value])
  expect(await t.run('return {}, {1,2}, {[2]="b",[1]="a"}, #...', [1, 2, 3])).toEqual([{}, [1, 2], ['a', 'b'], 3])
  expect(await t.run('return t.list({}), t.list({1})')).toEqual([[], [1]])
})

it('A field called __proto__ is a field and nothing more', async () => {
  await using t = await newVm()
  const [value] = await t.run('return {["__proto__"] = {polluted = true}}')
  expect(Object.keys(value as object)).toEqual(['__proto__'])
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

it('nil and null are absent, the null marker is null', async () => {
  await using t = await newVm()
  expect(await t.run('local a, b = ... return a == nil, b == nil, select("#", ...)', undefined, null)).toEqual([
    true,
    true,
    2,
  ])
  expect(await t.run('local v = ... return type(v.a), v.b == nil, v', { a: LUA_NULL, b: null })).toEqual([
    'userdata',
    true,
    { a: null },
  ])
})

it('What cannot cross is refused, naming the path to it', async () => {
  await using t = await newVm()
  const refusals: [string, string][] = [
    ['local a = {x = {}} a.x.y = a return t.echo(a)', 'contains itself cannot leave Lua (at x.y)'],
    ['return t.echo({list = {1, {f = print}}})', '(at list[2].f)'],
    ['return t.echo({a = {1, 2, b = 3}})', "both positions and names cannot leave Lua (key 'b') (at a)"],
    ['return t.echo({1, nil, 3})', 'has 3 but not 2'],
    ['return t.echo({[1.5] = 1})', '1…n'],
    ['return t.echo({[true] = 1})', 'keys other than strings'],
    ['return t.echo({["\\xff"] = 1})', 'not valid UTF-8'],
    ['return t.echo(coroutine.create(print))', 'coroutine'],
    ['local a = {} local b = a for i = 1, 200 do b.n = {} b = b.n end return t.echo(a)', 'nested more than 100 deep'],
  ]
  for (const [source, message] of refusals) {
    await expect(t.run(source), source).rejects.toThrow(message)
  }
  expect(await t.run('local shared = {1} return t.echo({a = shared, b = shared})')).toEqual([{ a: [1], b: [1] }])
})

it('JavaScript values without a Lua form are refused, naming the path', async () => {
  await using t = await newVm()
  const cycle: { self?: LuaValue } = {}
  cycle.self = cycle as LuaValue
  const refusals: [unknown, string][] = [
    [{ a: [1, new Date()] }, 'Date cannot enter Lua (at a[2])'],
    [{ a: { b: () => 1 } }, 'function cannot enter Lua (at a.b)'],
    [Symbol('x'), 'symbol'],
    [cycle, 'nested more than 100 deep'],
  ]
  for (const [value, message] of refusals) await expect(t.run('return 1', value as LuaValue)).rejects.toThrow(message)
  // And the VM is none the worse.
  expect(await t.run('return ...', { a: [1] })).toEqual([{ a: [1] }])
})

it('Functions come as functions that can be called, with one identity while held', async () => {
  await using t = await newVm()
  const [a, b] = await t.run('local function f(x) return x * 2 end return f, f')
  if (!isLuaFunction(a) || !isLuaFunction(b)) throw new Error('expected functions')
  expect(a.id).toBe(b.id)
  expect(a.source).toBe('test.lua:1')
  a[Symbol.dispose]()
  expect(t.vm.callSync(b, [21])).toEqual([42])
  expect(await t.run('local f, g = ... return f == g, f(1)', b, b)).toEqual([true, 2])
  b[Symbol.dispose]()
  expect(() => t.vm.callSync(b, [1])).toThrow(expect.objectContaining({ kind: 'released' }))
})

it('Functions inside results are refused unless asked for', async () => {
  await using t = await newVm()
  using chunk = t.vm.load('return {on = {click = function() return "clicked" end}}', { chunkName: 'a.lua', owner: 'a' })
  expect(() => t.vm.callSync(chunk, [])).toThrow('(at on.click)')
  const [tree] = t.vm.callSync(chunk, [], { functions: 'hold' }) as [{ on: { click: LuaValue } }]
  const { click } = tree.on
  if (!isLuaFunction(click)) throw new Error('expected a function')
  expect(t.vm.callSync(click, [])).toEqual(['clicked'])
  click[Symbol.dispose]()
})

it('Handles are the same value for the same thing, know their methods, and cannot be forged', async () => {
  await using t = await newVm()
  expect(
    await t.run('local h = t.open(7) return h:name("n"), h == t.open(7), h == t.open(8), tostring(h), h:wait()'),
  ).toEqual(['n7', true, false, 'thing: 7', 7])
  const [back] = await t.run('return t.echo({h = t.open(3)}).h')
  expect(back).toEqual(new LuaHandle('thing', 3))
  expect(await t.run('return (...):name("x")', handle('thing', 9))).toEqual(['x9'])
  expect(await t.run('return getmetatable(t.open(1))')).toEqual(['handle of thing'])
  await expect(t.run('t.open(1).name("x", "y")')).rejects.toThrow(
    "calling 'thing:name' on bad self (handle expected, got string",
  )
  await expect(t.run('t.open(1):name({})')).rejects.toThrow(
    "bad argument #1 to 'thing:name' (string expected, got table)",
  )
  await expect(t.run('return t.open(1).nothing()')).rejects.toThrow("'nothing'")
})

it('Globals are read and set by dotted path', async () => {
  await using t = await newVm()
  t.vm.setGlobal('a.b.c', { d: 1 })
  expect(await t.run('return a.b.c.d')).toEqual([1])
  expect(t.vm.getGlobal('a.b')).toEqual({ c: { d: 1 } })
  expect(t.vm.getGlobal('a.x.y')).toBeUndefined()
  const print = t.vm.getGlobal('print')
  if (!isLuaFunction(print)) throw new Error('expected a function')
  t.vm.callSync(print, ['hello', 1])
  print[Symbol.dispose]()
  expect(t.printed).toEqual(['hello\t1'])
})

it('Random values survive the way into Lua and back', async () => {
  await using t = await newVm()
  const random = generator(20_261_121)
  using echo = t.vm.load('return ...', { chunkName: 'echo', owner: 'test' })
  for (let i = 0; i < 3000; i++) {
    const value = randomValue(random, 4)
    expect(t.vm.callSync(echo, [value])).toEqual([value])
  }
  expect(
    t.vm.callSync(
      echo,
      Array.from({ length: 250 }, (_, i) => i),
    ),
  ).toHaveLength(250)
})

/** A small reproducible generator (mulberry32) of numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function randomValue(random: () => number, depth: number): LuaValue {
  const pick = Math.floor(random() * (depth > 0 ? 9 : 7))
  const length = Math.floor(random() * random() * 60)
  switch (pick) {
    case 0:
      return random() < 0.5
    case 1:
      return Math.floor((random() - 0.5) * 2 ** 54 * random()) + 0
    case 2:
      return (random() - 0.5) * 10 ** Math.floor(random() * 300)
    case 3:
      return (BigInt(Math.floor(random() * 2 ** 31)) << 32n) | (1n << 53n)
    case 4:
      return Array.from({ length }, () => String.fromCodePoint(Math.floor(random() * random() * 0xd7ff))).join('')
    case 5:
      return Uint8Array.from([0xff, ...Array.from({ length }, () => Math.floor(random() * 256))])
    case 6:
      return 'x'.repeat(length * 50)
    case 7:
      return Array.from({ length: length % 12 }, () => randomValue(random, depth - 1) ?? true)
    default:
      return Object.fromEntries(
        Array.from({ length: (length % 12) + 1 }, (_, i) => [
          `key ${i} ${Math.floor(random() * 1e6)}`,
          randomValue(random, depth - 1),
        ]),
      )
  }
}
