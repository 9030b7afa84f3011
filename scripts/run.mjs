// Entry of every npm script: brings the checkout up to date, then runs the task on the development Node.
// Runs on any Node from 20 on and uses nothing but Node itself, since it is what installs the rest.
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alone } from './alone.mjs'
import { bundlesAreStale, modulesAreStale, nodeIsSupported, noteInstalled } from './freshness.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [task, ...args] = process.argv.slice(2)

const tasks = {
  start: () => {
    build()
    runLast(developmentNode(), [join(root, 'bin/botster.js'), ...args], { cwd: process.env.INIT_CWD ?? root })
  },
  test: () => {
    build()
    runLast(developmentNode(), [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args])
  },
  build: () => build({ force: true }),
  lint: () => {
    build()
    tool('typescript', 'bin/tsc', ['--noEmit', '--project', root])
    tool('@biomejs/biome', 'bin/biome', ['check', ...(args.length > 0 ? args : ['--error-on-warnings', '.'])])
    tool('eslint', 'bin/eslint.js', ['.', '--max-warnings', '0'])
    run(developmentNode(), ['scripts/generate.ts', '--check'])
  },
  bench: () => {
    build()
    runLast(developmentNode(), ['bench/main.ts', ...args])
  },
  generate: () => {
    alone(root, say, install)
    run(developmentNode(), ['scripts/generate.ts', ...args])
  },
}

if (!Object.hasOwn(tasks, task)) {
  fail(`unknown task '${task}': expected one of ${Object.keys(tasks).join(', ')}`)
}
tasks[task]()

function install() {
  if (!modulesAreStale(root)) return
  say('installing dependencies (first run, or the lockfile changed), which takes about a minute…')
  const npm = process.env.npm_execpath
  // Whatever the environment leaves out, for production: this builds, and Node itself is among the optional ones.
  const npmArguments = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...npmArguments])
  else run('npm', npmArguments)
  noteInstalled(root)
}

function build({ force = false } = {}) {
  if (!force && !modulesAreStale(root) && !bundlesAreStale(root)) return
  alone(root, say, () => {
    install()
    if (!force && !bundlesAreStale(root)) return // somebody else has built it meanwhile
    say('building…')
    run(developmentNode(), ['scripts/build.ts'])
  })
}

/** The Node 24 that the lockfile pins; the running one where that platform has no such package. */
function developmentNode() {
  const pinned = join(root, 'node_modules/.bin/node')
  if (spawnSync(pinned, ['--version']).status === 0) return pinned
  if (nodeIsSupported(process.versions.node)) return process.execPath
  return fail(
    `botster needs Node 22.22 or newer, this is ${process.versions.node}, and no Node 24 package exists for ${process.platform}-${process.arch}: install a newer Node`,
  )
}

function tool(packageName, script, toolArguments) {
  run(developmentNode(), [join(root, 'node_modules', packageName, script), ...toolArguments])
}

function run(command, commandArguments, { cwd = root } = {}) {
  const { status, signal, error } = spawnSync(command, commandArguments, { cwd, stdio: 'inherit' })
  if (error) fail(`could not run ${command}: ${error.message}`)
  if (signal) process.exit(128 + (constants.signals[signal] ?? 0))
  if (status !== 0) process.exit(status)
}

/** What the task is about: ends as that ends. A signal is passed on, where the terminal does not send it to both. */
function runLast(command, commandArguments, { cwd = root } = {}) {
  const child = spawn(command, commandArguments, { cwd, stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal))
  process.on('SIGINT', () => {})
  child.once('error', (error) => fail(`could not run ${command}: ${error.message}`))
  child.once('exit', (status, signal) => process.exit(status ?? 128 + (constants.signals[signal] ?? 0)))
}

function say(message) {
  process.stderr.write(`botster: ${message}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}
