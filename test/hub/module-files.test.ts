import { mkdtempSync, rmSync } from 'node:fs'
import { appendFile, mkdir, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ModuleFiles } from '../../hub/modules/module-files.ts'
import { type Pauses, pauses } from './support/pauses.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bf-'))
  path = join(directory, 'module.lua')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const HALF = 'local word = "hel'
const REST = 'lo"\nreturn { word = word }\n'
const attempts = 100
/** Writes after a moment in which a busy writer would have paused. */
type Step = Pauses['write']

/** What is read of the file while `change` goes on, and the longest pause in ms between two steps of that. */
async function readDuring(change: (step: Step) => Promise<void>) {
  const steps = pauses()
  await steps.write(() => writeFile(path, HALF))
  const reading = new ModuleFiles([directory]).readSettled(path)
  await change(async (write) => {
    await delay(20)
    await steps.write(write)
  })
  const read = await reading
  return { text: read.ok ? Buffer.from(read.value).toString() : read.failure.message, longest: steps.longest }
}

/** Until the machine did not pause for so long that the file really stood still: that proves nothing. */
async function undisturbed(change: (step: Step) => Promise<void>): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { text, longest } = await readDuring(change)
    if (longest <= 40 || attempt === attempts) return text
  }
}

describe('A file is read once its size and its time have stood still for 50 ms:', () => {
  test('one that is written in two steps is read whole', async () => {
    const text = await undisturbed(async (step) => {
      await step(() => appendFile(path, REST))
    })
    expect(text).toBe(HALF + REST)
  })

  test('one that grows for longer than that, too', async () => {
    const text = await undisturbed(async (step) => {
      for (const letters of REST.match(/.{1,5}/gs)!) await step(() => appendFile(path, letters))
    })
    expect(text).toBe(HALF + REST)
  })

  test('one that changes without growing, too', async () => {
    const other = HALF.replace('hel', 'hal')
    const text = await undisturbed(async (step) => {
      for (const content of [other, HALF, other]) await step(() => writeFile(path, content))
    })
    expect(text).toBe(other)
  })

  test('one that has just been written is not read before', async () => {
    await writeFile(path, HALF + REST)
    const { mtimeMs } = await stat(path)
    await new ModuleFiles([directory]).readSettled(path)
    expect(Date.now() - mtimeMs).toBeGreaterThanOrEqual(48) // timers and clocks are off by a millisecond each
  })

  test('one that is old is read at once', async () => {
    await writeFile(path, HALF + REST)
    await utimes(path, 1000, 1000)
    const took: number[] = []
    for (let i = 0; i < 10; i++) {
      const began = performance.now()
      await new ModuleFiles([directory]).readSettled(path)
      took.push(performance.now() - began)
    }
    expect(Math.min(...took)).toBeLessThan(50)
  })

  test('one that never stands still is read as it is after two seconds', async () => {
    await writeFile(path, HALF)
    const stopped = new AbortController()
    const writing = (async () => {
      while (!stopped.signal.aborted) {
        await appendFile(path, '-')
        await delay(5)
      }
    })()
    const began = performance.now()
    const read = await new ModuleFiles([directory]).readSettled(path)
    stopped.abort()
    await writing
    expect(read).toMatchObject({ ok: true })
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

test('What is no file is refused, with what it is instead', async () => {
  await mkdir(path)
  const read = await new ModuleFiles([directory]).readSettled(path)
  expect(read).toMatchObject({
    ok: false,
    failure: { code: 'unreadable', message: `${path} cannot be read: it is a directory` },
  })
})
