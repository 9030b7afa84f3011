import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('Boots without a single error', () => {
  expect(world.errors()).toEqual([])
})

test('Runs Lua that a client sends to a command of the user', async () => {
  expect(await world.eval('return 1 + 1')).toBe(2)
})
