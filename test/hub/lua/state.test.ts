import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, type World } from './world.ts'

const DOG = (body: string) => `
local Dog = state.class("Dog")
${body}
return { class = Dog }
`

let world: World
beforeAll(async () => {
  world = await makeWorld({
    files: { 'my/dog.lua': DOG('function Dog:speak() return "woof" end\nfunction Dog:sit() return "sits" end') },
  })
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

test('A class keeps its identity over reloads: old objects get the new methods, and vanished ones are gone', async () => {
  await world.eval(`
    rex = setmetatable({}, require("my.dog").class)
    old_class = require("my.dog").class
  `)
  expect(await world.eval('return rex:speak()')).toBe('woof')
  await world.writeLua('my/dog.lua', DOG('function Dog:speak() return "WOOF" end'))
  expect(await world.eval('return loader.reload("my.dog")')).toBe(true)
  expect(
    await world.eval(
      'return { rex:speak(), rex.sit == nil, old_class == require("my.dog").class, getmetatable(rex) == old_class }',
    ),
  ).toEqual(['WOOF', true, true, true])
})

test('A class is whole again when a reload fails half way', async () => {
  await world.writeLua('my/dog.lua', DOG('function Dog:speak() return "grr" end\nerror("half way")'))
  expect(await world.eval('return select(2, loader.reload("my.dog"))')).toContain('half way')
  expect(await world.eval('return rex:speak()')).toBe('WOOF')
})
