import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type HubPaths, packageRoot } from '../protocol/paths.ts'
import { ensurePrivateDirectory } from '../protocol/server.ts'

/** A ptyhost that was started and may have ended again. */
export interface StartedPtyhost {
  /** How it ended, once it did. */
  readonly ended: () => string | undefined
}

/**
 * Starts a ptyhost that outlives this process: a session of its own, no descriptors of ours, its output in its log.
 * @param argv program and arguments @default this Node with the bundle beside ours, or with the sources
 */
export function startPtyhost(paths: HubPaths, argv: readonly string[] = ptyhostCommand(paths)): StartedPtyhost {
  const [program, ...args] = argv
  ensurePrivateDirectory(dirname(paths.ptyhostLog))
  const log = openSync(paths.ptyhostLog, 'a', 0o600)
  let end: string | undefined
  try {
    // Not in the repository: a worktree that is some process's working directory cannot be unmounted.
    const child = spawn(program!, args, { cwd: '/', detached: true, stdio: ['ignore', log, log] })
    child.on('error', (error) => {
      end = error.message
    })
    child.on('exit', (code, signal) => {
      end = signal === null ? `exit code ${code}` : `signal ${signal}`
    })
    child.unref()
  } finally {
    closeSync(log)
  }
  return { ended: () => end }
}

function ptyhostCommand(paths: HubPaths): string[] {
  const fromSources = import.meta.filename.endsWith('.ts')
  const entry = join(packageRoot(), fromSources ? 'hub/ptyhost/main.ts' : 'dist/ptyhost.js')
  return [process.execPath, entry, '--hub', paths.id]
}
