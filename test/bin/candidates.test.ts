import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { temporaryDirectory } from './temporary-directory.ts'

async function complete(cwd: string, ...words: string[]): Promise<string[]> {
  const { stdout } = await runCli(['complete', '--', ...words], { cwd })
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t', 1)[0]!)
}

describe('completion', () => {
  test('offers the commands that begin as typed', async () => {
    using directory = temporaryDirectory()
    expect(await complete(directory.path, 'st')).toEqual(['start', 'stop', 'status'])
    expect(await complete(directory.path, '')).toContain('new')
  })

  test('offers the options of a command', async () => {
    using directory = temporaryDirectory()
    expect(await complete(directory.path, 'kill', 'some-agent', '--delete-')).toEqual([
      '--delete-worktree',
      '--delete-branch',
    ])
  })

  test('offers fixed choices', async () => {
    using directory = temporaryDirectory()
    expect(await complete(directory.path, 'wait', 'some-agent', '--state', 'wo')).toEqual(['working'])
    expect(await complete(directory.path, 'completion', '')).toEqual(['bash', 'zsh', 'fish'])
  })

  test('offers branches where a branch or a ref is meant, and only there', async () => {
    using directory = temporaryDirectory()
    const git = (...args: string[]) => execFileSync('git', args, { cwd: directory.path, stdio: 'pipe' })
    git('init', '-q', '-b', 'trunk')
    git('-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '-q', '--allow-empty', '-m', 'x')
    git('branch', 'topic/one')
    expect(await complete(directory.path, 'new', 'to')).toEqual(['topic/one'])
    expect(await complete(directory.path, 'new', 'x', '--from', '')).toEqual(['topic/one', 'trunk'])
    expect(await complete(directory.path, 'new', 'x', '--cmd', '')).toEqual([])
    expect(await complete(directory.path, 'new', '--cmd', 'vim', 'tr')).toEqual(['trunk'])
  })

  test('offers the verbs of a command that has some, and what they are about', async () => {
    using directory = temporaryDirectory()
    mkdirSync(join(directory.path, '.botster/shared/plugins/hello/ui'), { recursive: true })
    expect(await complete(directory.path, 'plugin', 'en')).toEqual(['enable'])
    expect(await complete(directory.path, 'plugin', 'disable', '')).toEqual(['hello'])
    expect(await complete(directory.path, 'plugin', 'new', '--pro')).toEqual(['--profile'])
    expect(await complete(directory.path, 'eject', 'ui/lay')).toEqual(['ui/layout.lua'])
    expect(await complete(directory.path, 'lua', 'ui/lay')).toEqual([])
  })

  test('is silent where nothing fits', async () => {
    using directory = temporaryDirectory()
    expect(await complete(directory.path, 'nonsense', '')).toEqual([])
    expect(await complete(directory.path, 'screen', '')).toEqual([])
  })

  test('works in bash', async () => {
    using directory = temporaryDirectory()
    const { stdout: script } = await runCli(['completion', 'bash'], { cwd: directory.path })
    const words = `COMP_WORDS=(botster ki) COMP_CWORD=1`
    const botster = `botster() { printf 'kill\\tend it\\nki ck\\tx\\n'; }`
    const shell = `${script}\n${botster}\n${words}\n_botster\nprintf '%s\\n' "\${COMPREPLY[@]}"`
    expect(execFileSync('bash', ['--norc', '-c', shell], { encoding: 'utf8' })).toBe('kill\nki\\ ck\n')
  })
})
