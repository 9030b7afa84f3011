import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { git, runGit } from '../git/run.ts'

/**
 * Checks out the submodules of a new worktree that the main worktree uses, too. Nothing that the user never initialized
 * is fetched. @returns what went wrong, for people
 */
export async function checkoutSubmodules(
  root: string,
  worktree: string,
  options: { readonly signal?: AbortSignal; readonly onMessage?: (line: string) => void },
): Promise<string | undefined> {
  const has = await access(join(worktree, '.gitmodules')).then(
    () => true,
    () => false,
  )
  if (!has) return undefined
  const used = await runGit(['config', '--local', '--get-regexp', '^submodule\\..*\\.url$'], { cwd: root })
  if (used.exitCode !== 0) return undefined
  const updated = await git(['submodule', 'update', '--recursive'], { cwd: worktree, ...options })
  return updated.ok ? undefined : `its submodules are not checked out: ${updated.failure.message}`
}
