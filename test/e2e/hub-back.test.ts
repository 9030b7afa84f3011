// How long a client is without its hub.
import { expect, test } from 'vitest'
import { kill } from './harness/processes.ts'
import { shareOfACore } from './harness/share-of-a-core.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

test('the hub is back within a second under an attached client', async () => {
  await using world = new World()
  await world.newAgent('one', 'cat')
  const terminal = world.open(['attach'])
  await terminal.waitFor(/one \[AGENT/)
  const { pid } = (await world.status()).hub
  const free = shareOfACore()
  const died = performance.now()
  kill(pid, 'SIGKILL')
  await until(() => world.hubPid(pid), { what: 'another hub' })
  const took = performance.now() - died
  expect(took).toBeLessThan(1000 / Math.min(free, shareOfACore()))
})
