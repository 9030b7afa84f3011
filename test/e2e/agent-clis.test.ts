// Agent programs as people install them. Without an npm registry they cannot be had, and the tests are skipped by name.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from './harness/world.ts'

/** Each with what its start screen says, and what it says after its first menu was moved through with the arrow key. */
const PROGRAMS = [
  {
    name: 'codex',
    spec: '@openai/codex@0.169.0',
    start: /Choose how you want to use Codex|Welcome to Codex/,
    moved: /> 2\./,
  },
  {
    name: 'gemini',
    spec: '@google/gemini-cli@0.61.0',
    start: /Do you trust the files in this folder\?/,
    moved: /● 2\./,
  },
]
const INSTALL_MS = 120_000

let directory: string
const path = () => `${dirname(process.execPath)}:${process.env.PATH}`

function npm(...args: string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8', timeout: INSTALL_MS, stdio: ['ignore', 'pipe', 'ignore'] })
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'agent-clis-'))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe.each(PROGRAMS)('$name, from npm', ({ name, spec, start, moved }) => {
  test('draws its start screen, is seen to wait for an answer, takes keys, and follows the size', {
    timeout: INSTALL_MS + 60_000,
  }, async ({ skip }) => {
    try {
      npm('view', spec, 'version')
    } catch {
      skip(`no npm registry has ${spec}`)
    }
    const prefix = join(directory, name)
    npm('install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', prefix, spec)
    await using world = new World()
    world.env.PATH = path()
    await world.newAgent(name, join(prefix, 'node_modules/.bin', name))
    const terminal = world.open(['attach'], { cols: 120, rows: 40 })
    await terminal.waitFor(start)
    await world.botster('wait', name, '--state', 'waiting', '--timeout', '30')
    expect(await world.json('explain', name)).toMatchObject({ detector: name, decided_by: 'screen' })
    terminal.keys('down')
    await terminal.waitFor(moved)
    terminal.resize(90, 30)
    await terminal.waitFor(() => terminal.screen().length === 30 && moved.test(terminal.text()))
    expect(terminal.text()).toContain(name)
  })
})
