import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../protocol/paths.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

/** ink and node:sqlite need it. */
const OLDEST_NODE = [22, 22] as const
/** `git worktree list --porcelain -z`. */
const OLDEST_GIT = [2, 36] as const

export function checkNode(): Finding {
  const version = process.versions.node
  const found = `${version} (${process.execPath})`
  if (isAtLeast(version, OLDEST_NODE)) return ok('node', found)
  return fail('node', found, `install Node ${OLDEST_NODE.join('.')} or newer: https://nodejs.org`)
}

/** Every bundle is there and the native add-on for terminals loads. */
export function checkInstallation(): Finding {
  const root = packageRoot()
  const missing = ['cli.js', 'quick.cjs', 'hub.js', 'ptyhost.js', 'tui.js', 'chrome.js'].filter(
    (name) => !existsSync(join(root, 'dist', name)),
  )
  if (missing.length > 0) return fail('botster', `${root}: no ${missing.join(', ')} in dist/`, 'run `npm run build`')
  try {
    createRequire(join(root, 'package.json'))('@lydell/node-pty')
  } catch (error) {
    return fail('botster', `node-pty does not load: ${(error as Error).message.split('\n')[0]}`, 'run `npm ci`')
  }
  return ok('botster', root)
}

export async function checkGit(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'])
    const version = /\d+(\.\d+)+/.exec(stdout)?.[0] ?? ''
    if (isAtLeast(version, OLDEST_GIT)) return ok('git', version)
    return fail('git', version, `install git ${OLDEST_GIT.join('.')} or newer`)
  } catch {
    return fail('git', 'not found', 'install git: worktrees need it')
  }
}

/** Commands of agents run through it. */
export function checkShell(env: NodeJS.ProcessEnv): Finding {
  const shell = env.SHELL
  if (!shell) return warn('shell', 'SHELL is not set: /bin/sh is used', 'set SHELL to your shell')
  try {
    accessSync(shell, constants.X_OK)
    return ok('shell', shell)
  } catch {
    return fail('shell', `${shell} cannot be run`, 'set SHELL to a shell that exists')
  }
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ourMajor = 0, ourMinor = 0] = version.split('.').map(Number)
  return ourMajor > major || (ourMajor === major && ourMinor >= minor)
}
