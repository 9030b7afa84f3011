import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, type World } from './world.ts'

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

test('Asking for a class from elsewhere leaves it as it is', async () => {
  await makeDog('lassie')
  expect(await world.eval('return state.class("lassie") == require("my.lassie").class and lassie:speak()')).toBe('woof')
})
