import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isAlive } from '../e2e/harness/processes.ts'

const VITEST = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const CONFIG = join(import.meta.dirname, '../fixtures/hanging/vitest.config.ts')

test('A test that times out leaves no process and no directory behind', async () => {
  const run = promisify(execFile)(process.execPath, [VITEST, 'run', '--config', CONFIG])
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error)
  const [, pid, directory] = /left behind: (\d+) in (\S+)\./.exec(stdout) ?? []
  expect(stderr).toContain('timed out')
  expect(isAlive(Number(pid))).toBe(false)
  expect(existsSync(directory!)).toBe(false)
})
