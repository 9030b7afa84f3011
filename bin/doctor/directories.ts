import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  configDirectory,
  hubId,
  hubPaths,
  runtimeDirectory,
  userDirectory,
  worktreeBase,
} from '../../protocol/paths.ts'
import { type Finding, fail, ok } from './finding.ts'

/** Where botster writes: that it can, and that nobody else can read what is private. */
export function checkDirectories(env: NodeJS.ProcessEnv): Finding[] {
  return [
    checkDirectory('config', configDirectory(env), 'set BOTSTER_CONFIG_DIR'),
    checkPrivate('runtime', runtimeDirectory(env), 'set BOTSTER_RUNTIME_DIR'),
    checkSocketLength(env),
    checkDirectory('user', userDirectory(env), 'set BOTSTER_USER_DIR'),
    checkDirectory('worktrees', worktreeBase(env), 'set BOTSTER_WORKTREE_BASE'),
  ]
}

function checkDirectory(subject: string, directory: string, elsewhere: string): Finding {
  const existing = nearestExisting(directory)
  const advice = `make it writable, or ${elsewhere} to a directory that is`
  if (!statSync(existing).isDirectory()) return fail(subject, `${existing} is not a directory`, advice)
  try {
    accessSync(existing, constants.W_OK | constants.X_OK)
  } catch {
    return fail(subject, `${existing} is not writable`, advice)
  }
  return ok(subject, existing === directory ? directory : `${directory} (will be made)`)
}

function checkPrivate(subject: string, directory: string, elsewhere: string): Finding {
  const writable = checkDirectory(subject, directory, elsewhere)
  if (writable.grade !== 'ok' || !existsSync(directory)) return writable
  const { uid, mode } = statSync(directory)
  if (uid !== process.getuid?.()) {
    return fail(subject, `${directory} belongs to another user`, `${elsewhere} to a directory of yours`)
  }
  if ((mode & 0o022) !== 0) {
    return fail(subject, `${directory}: others can write to it`, `run \`chmod 700 ${directory}\``)
  }
  return writable
}

function checkSocketLength(env: NodeJS.ProcessEnv): Finding {
  try {
    return ok('sockets', `${hubPaths(hubId('/'), env).hubSocket.length} of 103 bytes in a path`)
  } catch (error) {
    return fail('sockets', (error as Error).message.split(': ')[0]!, 'set BOTSTER_RUNTIME_DIR to a shorter directory')
  }
}

function nearestExisting(directory: string): string {
  let existing = directory
  while (!existsSync(existing)) existing = dirname(existing)
  return existing
}
