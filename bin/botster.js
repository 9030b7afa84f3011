#!/usr/bin/env node
// For those who call node themselves: the same as bin/botster, which also finds a Node that is new enough.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 22)) {
  await import('../dist/cli.js')
} else {
  const launcher = fileURLToPath(new URL('./botster', import.meta.url))
  const child = spawn(launcher, process.argv.slice(2), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => {
    process.stderr.write(`botster: could not start ${launcher}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (status, signal) => {
    process.exit(status ?? 128 + (constants.signals[signal] ?? 0))
  })
}
