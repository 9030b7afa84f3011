// Agent programs as people install them. Without an npm registry they cannot be had, and the tests are skipped by name.
// They get no credentials and need no network of their own; aider does not come from npm.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from './harness/world.ts'

interface Program {
  readonly name: string
  readonly spec: string
  /** What to run, below node_modules. Some are one binary, in a package for each platform, which the main one takes it from. */
  readonly path: string
  readonly start: RegExp
  /** What the start screen is. */
  readonly state: 'waiting' | 'idle'
  /** What it says after keys were pressed that do no harm, and those. */
  readonly keys: string
  readonly moved: RegExp
  /** Makes the start screen appear that comes after what only an account can answer. */
  readonly prepare?: (home: string) => void
}

const PLATFORM = `${process.platform}-${process.arch}`
const DOWN = '\u001b[B'

const PROGRAMS: readonly Program[] = [
  {
    name: 'claude',
    spec: `@anthropic-ai/claude-code-${PLATFORM}@2.1.330`,
    path: `@anthropic-ai/claude-code-${PLATFORM}/claude`,
    start: /Is this a project you created/,
    state: 'waiting',
    keys: DOWN,
    moved: /❯ Yes, I trust/,
    prepare: (home) => writeFileSync(join(home, '.claude.json'), '{"hasCompletedOnboarding":true,"theme":"dark"}'),
  },
  {
    name: 'codex',
    spec: '@openai/codex@0.169.0',
    path: '.bin/codex',
    start: /Choose how you want to use Codex|Welcome to Codex/,
    state: 'waiting',
    keys: DOWN,
    moved: /> 2\./,
  },
  {
    name: 'gemini',
    spec: '@google/gemini-cli@0.61.0',
    path: '.bin/gemini',
    start: /Do you trust the files in this folder\?/,
    state: 'waiting',
    keys: DOWN,
    moved: /● 2\./,
  },
  {
    name: 'opencode',
    spec: `opencode-${PLATFORM}@1.18.33`,
    path: `opencode-${PLATFORM}/bin/opencode`,
    start: /Ask anything/,
    state: 'idle',
    keys: 'some words',
    moved: /┃ +some words/,
  },
]
const INSTALL_MS = 120_000
/** Two calls of npm. */
const HOOK_MS = 2 * INSTALL_MS + 10_000

let directory: string
const path = () => `${dirname(process.execPath)}:${process.env.PATH}`

function npm(...args: string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8', timeout: INSTALL_MS, stdio: ['ignore', 'pipe', 'ignore'] })
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'agent-clis-'))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe.each(PROGRAMS)('$name, from npm', ({ name, spec, path: file, start, state, keys, moved, prepare }) => {
  const prefix = () => join(directory, name)
  const program = () => join(prefix(), 'node_modules', file)
  let isInstalled = false

  beforeAll(() => {
    try {
      npm('view', spec, 'version')
    } catch {
      return
    }
    npm('install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', prefix(), spec)
    isInstalled = true
  }, HOOK_MS)
  afterAll(() => rmSync(prefix(), { recursive: true, force: true })) // some have 400 MB

  test('draws its start screen, is read as what it is, takes keys, and follows the size', async ({ skip }) => {
    if (!isInstalled) skip(`no npm registry has ${spec}`)
    await using world = new World()
    world.env.PATH = path()
    prepare?.(world.home)
    await world.newAgent(name, program())
    const terminal = world.open(['attach'], { cols: 120, rows: 40 })
    await terminal.waitFor(start, 90_000)
    await world.botster('wait', name, '--state', state, '--timeout', '30')
    // One that starts slowly has been taken for idle before it drew anything: what it shows decides at the next look.
    const read = { detector: name, decided_by: 'screen', state }
    await expect.poll(() => world.json('explain', name)).toMatchObject(read)
    terminal.type(keys)
    await terminal.waitFor(moved)
    terminal.resize(90, 30)
    await terminal.waitFor(() => {
      const screen = terminal.screen()
      return /[┘╯]$/.test(screen[29] ?? '') && /^[┌╭].*[┐╮]$/.test(screen[0]!) && screen.join('\n').includes(name)
    })
    await terminal.waitFor(moved)
  })

  test('knows the options by which it is told to resume', async ({ skip }) => {
    if (!isInstalled) skip(`no npm registry has ${spec}`)
    await using world = new World()
    world.env.PATH = path()
    const resumed = await world.botster('lua', '-e', `return require('lib.programs').resumed('${name}')`)
    const words = resumed.trim().replaceAll('"', '').split(' ').slice(1)
    const option = words.find((word) => word.startsWith('--'))!
    const { HOME, PATH, TERM } = world.env
    const help = spawnSync(program(), [...words, '--help'], {
      cwd: world.repository,
      env: { HOME, PATH, TERM },
      encoding: 'utf8',
      timeout: 90_000,
    })
    expect(help.stdout + help.stderr).toContain(option)
    expect(help.status).toBe(0)
  })
})
