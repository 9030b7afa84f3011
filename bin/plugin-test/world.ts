import { mkdirSync, symlinkSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { git } from '../../hub/git/run.ts'
import { hubId, hubPaths } from '../../protocol/paths.ts'
import type { Place } from '../place.ts'
import { CommandFailed } from '../usage.ts'
import type { TestedPlugin } from './find.ts'

/** A place for a hub that nobody else knows. */
export interface TestWorld extends AsyncDisposable {
  readonly place: Place
}

/** Minutes after which a hub whose test run was killed ends by itself. */
const IDLE_MINUTES = '1'

/**
 * Makes a home, a configuration and a repository with one commit in a temporary directory, and turns this process's
 * environment to them, so that whatever it starts stays inside. For a process that does nothing else.
 * @param plugins are there from the beginning
 */
export async function makeTestWorld(plugins: readonly TestedPlugin[]): Promise<TestWorld> {
  // A short path: a socket's may have no more than 103 bytes.
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'bpt-')))
  const home = join(directory, 'home')
  const root = join(home, 'repository')
  const installed = join(home, '.botster', 'shared', 'plugins')
  for (const path of [root, installed]) mkdirSync(path, { recursive: true })
  for (const plugin of plugins) symlinkSync(plugin.directory, join(installed, plugin.name))
  for (const name of Object.keys(process.env)) if (name.startsWith('BOTSTER_')) delete process.env[name]
  Object.assign(process.env, {
    HOME: home,
    SHELL: '/bin/sh',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    BOTSTER_ENV: 'test',
    BOTSTER_CONFIG_DIR: join(directory, 'config'),
    BOTSTER_RUNTIME_DIR: join(directory, 'run'),
    BOTSTER_USER_DIR: join(home, '.botster'),
    BOTSTER_WORKTREE_BASE: join(directory, 'trees'),
    BOTSTER_HUB_IDLE_MINUTES: IDLE_MINUTES,
  })
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 5 })
  try {
    await makeRepository(root)
  } catch (error) {
    await remove()
    throw error
  }
  return { place: { root, paths: hubPaths(hubId(root)) }, [Symbol.asyncDispose]: remove }
}

async function makeRepository(cwd: string): Promise<void> {
  const person = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
  const steps = [
    ['init', '--quiet', '--initial-branch=main', '--template='],
    [...person, 'commit', '--quiet', '--allow-empty', '--message=First'],
  ]
  for (const args of steps) {
    const outcome = await git(args, { cwd })
    if (!outcome.ok) throw new CommandFailed(`no repository for the tests could be made: ${outcome.failure.message}`)
  }
}
