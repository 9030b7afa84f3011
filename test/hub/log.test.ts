import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLog } from '../../hub/log.ts'
import { temporaryDirectory } from './support/directory.ts'

test('The log is one JSON object a line, with errors and their stacks, for nobody else to read', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'hub/hub.log')
  {
    using log = openLog({ path })
    log.info({ n: 1 }, 'hello')
    log.error({ error: new Error('ouch', { cause: new Error('deep') }) }, 'bad')
    log.debug('not at this level')
  }
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toMatchObject([
    { level: 30, n: 1, msg: 'hello', pid: process.pid, time: expect.stringMatching(/^\d{4}-/) },
    { level: 50, error: { message: expect.stringContaining('ouch'), stack: expect.stringContaining('deep') } },
  ])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('A log that grows is put aside, and only so many are kept, without losing a line of those', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'hub/hub.log')
  const maxBytes = 2000
  using log = openLog({ path, maxBytes })
  for (let number = 0; number < 200; number++) log.info({ number }, 'x')
  const files = readdirSync(join(directory.path, 'hub')).sort()
  expect(files).toEqual(['hub.log', 'hub.log.1', 'hub.log.2', 'hub.log.3'])
  const kept = files
    .toReversed()
    .flatMap((file) =>
      readFileSync(join(directory.path, 'hub', file), 'utf8')
        .trimEnd()
        .split('\n'),
    )
    .map((line) => JSON.parse(line).number as number)
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 200 - kept.length + index))
  for (const file of files) expect(statSync(join(directory.path, 'hub', file)).size).toBeLessThanOrEqual(maxBytes)
})
