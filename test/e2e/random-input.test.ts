import { expect, test } from 'vitest'
import { RandomUser } from './harness/random-user.ts'
import { World } from './harness/world.ts'

/** Both can be set: to look at a failure again, or to look longer. */
const SEED = Number(process.env.BOTSTER_RANDOM_SEED ?? 1)
const EVENTS = Number(process.env.BOTSTER_RANDOM_EVENTS ?? 100_000)
/** Events between two looks at whether all is well. */
const ROUND = 1000

const title = `${EVENTS} random keys, pastes and mouse events crash nothing, and nobody gets what was meant for another`
test(title, { timeout: 1_800_000 }, async () => {
  await using world = new World()
  const user = await RandomUser.start(world, SEED)
  for (let done = 0; done < EVENTS; done += ROUND) {
    try {
      await user.round(Math.min(ROUND, EVENTS - done))
    } catch (error) {
      const message = `BOTSTER_RANDOM_SEED=${SEED}, in the ${ROUND} events from ${done} on: ${(error as Error).message}`
      throw new Error(message, { cause: error })
    }
  }
  expect(user.problems()).toEqual([])
  expect(user.stats.strayReports).toBeLessThan(EVENTS / 2000)
  // A test in which nothing gets through would find nothing.
  expect(Object.keys(user.stats.arrived).sort()).toEqual(
    ['alpha', 'beta', 'gamma'].flatMap((name) => [`${name}.agent`, `${name}.web`]),
  )
  for (const count of Object.values(user.stats.arrived)) expect(count).toBeGreaterThan(user.stats.letters / 1000)
})
