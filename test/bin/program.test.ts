import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { QuickVerb } from '../../bin/quick-names.ts'
import { botsterVersion } from '../../protocol/version.ts'
import { botsterBinary } from '../e2e/harness/binary.ts'
import { runCli } from './run-cli.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('the command line', () => {
  test('prints its version and nothing else', async () => {
    using directory = temporaryDirectory()
    expect(await runCli(['--version'], { cwd: directory.path })).toEqual({
      status: 0,
      stdout: `${botsterVersion()}\n`,
      stderr: '',
    })
  })

  test('lists every command in its help', async () => {
    using directory = temporaryDirectory()
    const { status, stdout } = await runCli(['--help'], { cwd: directory.path })
    expect(status).toBe(0)
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)
    for (const name of ['start', 'attach', 'stop', 'restart', 'new', 'list', 'send', 'screen', 'rename', 'kill']) {
      expect(commands).toContain(name)
    }
    expect(commands).not.toContain('complete')
  })

  test('shows examples in the help of a command', async () => {
    using directory = temporaryDirectory()
    const { status, stdout } = await runCli(['new', '--help'], { cwd: directory.path })
    expect(status).toBe(0)
    expect(stdout).toContain('botster new fix-login --cmd claude')
  })

  test('explains a command that has a bundle of its own in the same words as from the bundle of all', async () => {
    using directory = temporaryDirectory()
    const built = (...args: string[]) =>
      promisify(execFile)(botsterBinary(), args, {
        cwd: directory.path,
        env: { PATH: process.env.PATH, HOME: directory.path },
      })
    for (const verb of ['list', 'send', 'hook'] satisfies QuickVerb[]) {
      expect(await built(verb, '--help'), verb).toEqual(await built('help', verb))
    }
    const [quick, whole] = await Promise.allSettled([
      built('list', '--jsn'),
      built('--no-repo-config', 'list', '--jsn'),
    ])
    expect(quick.status === 'rejected' && quick.reason).toMatchObject({ code: 2 })
    expect(quick.status === 'rejected' && quick.reason.stderr).toBe(whole.status === 'rejected' && whole.reason.stderr)
  })

  test.each([
    [['frobnicate'], "unknown command 'frobnicate'", 'commands: start, attach'],
    [['list', '--jsn'], "unknown option '--jsn' (Did you mean --json?)", 'usage: botster list'],
    [['send'], "missing required argument 'agent'", 'usage: botster send [options] <agent> <text...>'],
    [['list', 'x'], "too many arguments for 'list'", 'usage: botster list [options]'],
    [['screen', 'a', '--history', 'ten'], 'It must be a whole number of lines', 'usage: botster screen'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish', 'usage: botster completion'],
    [['new', 'a', '--no-worktree', '--from', 'main'], '--from needs a worktree', 'leave out'],
    [['--frob'], "unknown option '--frob'", 'usage: botster [command]'],
  ])('answers wrong usage %j with what was wrong, what is accepted, and exit code 2', async (args, wrong, accepted) => {
    using directory = temporaryDirectory()
    const { status, stdout, stderr } = await runCli(args, { cwd: directory.path })
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^botster: /)
    expect(stderr).toContain(wrong)
    expect(stderr).toContain(accepted)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test('says what it needs instead of drawing a UI where there is no terminal', async () => {
    using directory = temporaryDirectory()
    for (const args of [[], ['attach'], ['start']]) {
      const { status, stderr } = await runCli(args, { cwd: directory.path })
      expect(status).toBe(1)
      expect(stderr).toMatch(/^botster: the UI needs a terminal/)
      expect(stderr).toContain('botster start --headless')
    }
    expect(readdirSync(directory.path)).not.toContain('run')
  })

  test('looks around without starting or writing anything where no hub ever ran', async () => {
    using directory = temporaryDirectory()
    const at = { cwd: directory.path }
    expect(await runCli(['list', '--json'], at)).toMatchObject({ status: 0, stdout: '[]\n' })
    expect(await runCli(['status'], at)).toMatchObject({ status: 1, stdout: '' })
    const nothing = { hub: null, ptyhost: null, clients: 0, agents: 0, errors: [], repositoryConfig: null }
    expect(JSON.parse((await runCli(['status', '--json'], at)).stdout)).toEqual(nothing)
    expect(await runCli(['stop'], at)).toMatchObject({ status: 0 })
    expect((await runCli(['screen', 'x'], at)).stderr).toBe(
      `botster: no hub runs for ${directory.path}\n  run \`botster\` to start it\n`,
    )
    expect(readdirSync(directory.path).filter((name) => name !== '.cache')).toEqual([])
  })

  test('shows stacks only when asked', async () => {
    using directory = temporaryDirectory()
    const { stderr } = await runCli(['screen', 'x'], { cwd: directory.path, env: { BOTSTER_DEBUG: '1' } })
    expect(stderr).toMatch(/^ +at /m)
  })
})
