import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

const DOG = (key: string, body: string) => `
local Dog = state.class("${key}")
${body}
return { class = Dog }
`

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('Gives the same table for a key each time', async () => {
  expect(
    await world.eval(`
      state.get("t.one").x = 5
      return { state.get("t.one").x, state.get("t.number", 7), state.get("t.number", 8), state.get("t.off", false) }
    `),
  ).toEqual([5, 7, 7, false])
})

test('Sets, clears and lists keys', async () => {
  expect(
    await world.eval(`
      state.set("t.b", 1); state.set("t.a", 2)
      local keys = {}
      for _, key in ipairs(state.keys()) do if key:find("^t%.[ab]$") then keys[#keys + 1] = key end end
      local cleared, again = state.clear("t.a"), state.clear("t.a")
      return { table.concat(keys, ","), cleared, again }
    `),
  ).toEqual(['t.a,t.b', true, false])
})

/** Loads the class as it was first written, and makes a dog. */
async function makeDog(name: string): Promise<void> {
  await world.writeLua(
    `my/${name}.lua`,
    DOG(name, 'function Dog:speak() return "woof" end\nfunction Dog:sit() return "sits" end'),
  )
  await world.eval(`${name} = setmetatable({}, require("my.${name}").class)`)
}

test('A class keeps its identity over reloads: old objects get the new methods, and vanished ones are gone', async () => {
  await makeDog('rex')
  await world.eval('old_class = require("my.rex").class')
  expect(await world.eval('return rex:speak() .. rex:sit()')).toBe('woofsits')
  await world.writeLua('my/rex.lua', DOG('rex', 'function Dog:speak() return "WOOF" end'))
  expect(await world.eval('return loader.reload("my.rex")')).toBe(true)
  expect(await world.eval('return { rex:speak(), rex.sit == nil, old_class == require("my.rex").class }')).toEqual([
    'WOOF',
    true,
    true,
  ])
})

test('A class is whole again when a reload fails half way', async () => {
  await makeDog('bello')
  await world.writeLua('my/bello.lua', DOG('bello', 'function Dog:speak() return "grr" end\nerror("half way")'))
  expect(await world.eval('return select(2, loader.reload("my.bello"))')).toContain('half way')
  expect(await world.eval('return bello:speak() .. bello:sit()')).toBe('woofsits')
})

test('A load that fails leaves what is kept as it was: keys, and what is in their tables at any depth', async () => {
  await world.writeLua(
    'my/store.lua',
    `
    local M = { data = state.get("s.data", { list = { 1, 2 }, n = 1 }) }
    function M._before_reload() M.data.closed = true M.data.list[1] = "gone" end
    return M`,
  )
  await world.eval(`
    held = require("my.store")
    state.set("s.number", 5); state.set("s.cleared", "there"); state.set("s.by_others", "theirs")`)
  await world.writeLua(
    'my/store.lua',
    `
    local data = state.get("s.data")
    data.list[#data.list + 1] = { deep = true }; data.n = nil; data.shape = "new"
    state.get("s.new").x = 1; state.set("s.also_new", {}); state.set("s.number", 6); state.clear("s.cleared")
    state.class("s.Class").method = print
    error("half way")`,
  )
  const kept = () =>
    world.eval(`
      local keys = {}
      for _, key in ipairs(state.keys()) do if key:find("^s%.") then keys[#keys + 1] = key end end
      return { keys = table.concat(keys, " "), data = held.data, same = held.data == state.get("s.data"),
        number = state.get("s.number"), cleared = state.get("s.cleared") }`)
  const before = await kept()
  expect(await world.eval('return select(2, loader.reload("my.store"))')).toContain('half way')
  expect(await kept()).toEqual(before)
  await world.writeLua(
    'my/store.lua',
    'local data = state.get("s.data") data.n = 2 state.get("s.new").x = 1 return { data = data }',
  )
  expect(await world.eval('return loader.reload("my.store")')).toBe(true)
  expect(await world.eval('return { held.data.n, held.data.closed, held.data.list[1], state.get("s.new").x }')).toEqual(
    [2, true, 'gone', 1],
  )
})

test('What a load writes after it has waited is undone as well', async () => {
  await world.eval('state.set("l.data", { n = 1 })')
  await world.writeLua(
    'my/later.lua',
    'runtime.sleep(0.01) local data = state.get("l.data") data.n = 2 data.more = {} error("after waiting")',
  )
  expect(await world.eval('local ok, err = pcall(require, "my.later") return err.message')).toContain('after waiting')
  expect(await world.eval('return state.get("l.data")')).toEqual({ n: 1 })
})

test('What others have written while a load waited before it failed stays', async () => {
  await world.eval('state.set("w.data", { n = 1 }); state.set("w.key", "before")')
  await world.writeLua(
    'my/waits.lua',
    `
    state.get("w.data").mine = true; state.get("w.shared"); state.set("w.key", "mine"); state.set("w.other", "mine")
    events.wait("go on", 5)
    error("late")`,
  )
  const failing = world.eval<string>('local ok, err = pcall(require, "my.waits") return err.message')
  await until(() => world.eval('return state.get("w.data").mine'))
  await world.eval(
    'state.get("w.data").n = 2; theirs = state.get("w.shared"); state.set("w.other", "theirs"); events.emit("go on")',
  )
  expect(await failing).toContain('late')
  expect(
    await world.eval(
      'return { state.get("w.data").n, state.get("w.key"), state.get("w.other"), theirs == state.get("w.shared") }',
    ),
  ).toEqual([2, 'before', 'theirs', true])
})

test('Asking for a class from elsewhere leaves it as it is', async () => {
  await makeDog('lassie')
  expect(await world.eval('return state.class("lassie") == require("my.lassie").class and lassie:speak()')).toBe('woof')
})
