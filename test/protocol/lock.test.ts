import { once } from 'node:events'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { acquireLock } from '../../protocol/lock.ts'
import { temporaryDirectory } from '../hub/support/directory.ts'

function holderProcess(path: string) {
  const source = `
    import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, '../../protocol/lock.ts'))}
    globalThis.lock = acquireLock(${JSON.stringify(path)})
    console.log(lock === undefined ? 'refused' : 'held')
    if (lock !== undefined) setInterval(() => {}, 1000)
  `
  return execa(process.execPath, ['--input-type=module', '-e', source], { reject: false })
}

test('Of several processes at once exactly one gets the lock', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'hub/lock.db')
  const holders = Array.from({ length: 5 }, () => holderProcess(path))
  const said = await Promise.all(holders.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()))
  expect(said.filter((word) => word === 'held')).toHaveLength(1)
  expect(said.filter((word) => word === 'refused')).toHaveLength(4)
  for (const holder of holders) holder.kill('SIGKILL')
  await Promise.all(holders)
})

test('Whoever holds it keeps others out until it is killed, however roughly', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'hub/lock.db')
  const holder = holderProcess(path)
  expect(String((await once(holder.stdout, 'data'))[0]).trim()).toBe('held')
  expect(acquireLock(path)).toBeUndefined()
  holder.kill('SIGKILL')
  await holder
  using lock = acquireLock(path)
  expect(lock).toBeDefined()
})
