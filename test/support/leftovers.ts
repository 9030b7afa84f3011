// Runs in every test file. A test that times out, or a worker that ends, disposes of nothing: what it started (hubs and
// ptyhosts detach on purpose) would go on for as long as it likes. Everything a test makes is below a directory of its
// file, and whatever belongs to that is gone when the file is.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { kill, killMarked, markedProcesses } from '../e2e/harness/processes.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'b-'))) // short: the paths of sockets have a limit
process.env.TMPDIR = directory

afterAll(async () => {
  await killMarked(directory)
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
})

// A hub that a test left in this very process starts another ptyhost for the one that was killed: only now it cannot.
process.once('exit', sweep)
process.once('SIGTERM', () => {
  sweep()
  process.kill(process.pid, 'SIGTERM')
})

function sweep(): void {
  for (const pid of markedProcesses(directory)) kill(pid, 'SIGKILL')
  rmSync(directory, { recursive: true, force: true })
}
