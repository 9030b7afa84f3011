import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, until, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** Asks one question. @returns its number, once it waits */
async function ask(): Promise<number> {
  await world.eval(
    `runtime.start('hub', function() require('lib.questions').ask{ text = 'Which one?', timeout = 30 } end)`,
  )
  const list = () => world.eval<{ id: string }[]>(`return require('lib.questions').list()`)
  const [question] = await until(async () => ((await list()).length > 0 ? list() : false), 'the question')
  return Number(question!.id)
}

test('A question of a hub that was started again has a number that none had before', async () => {
  const before = await ask()
  const second = Math.floor(Date.now() / 1000)
  await until(() => Date.now() / 1000 > second + 2, 'a later second')
  await world.restart()
  const after = await ask()
  expect(after).not.toBe(before)
  expect([before, after].every(Number.isInteger)).toBe(true)
})
