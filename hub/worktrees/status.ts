import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { unreachableCommits } from '../git/branches.ts'
import { chomp, git, splitNul } from '../git/run.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { hiddenChanges } from './hidden.ts'
import { submoduleWork } from './submodules.ts'
import type { Worktree, WorktreeStatus } from './types.ts'

/**
 * What a worktree's git directory holds while something is half done, and what that is. A rebase keeps an autostash
 * and its plan nowhere else.
 */
const OPERATIONS = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
] as const

/** Everything that would be lost with a worktree; see {@link WorktreeStatus}. */
export async function worktreeStatus(worktree: Worktree): Promise<Outcome<WorktreeStatus>> {
  const { path, branch, head } = worktree
  if (worktree.isBare || worktree.isMissing) return refusal('not_a_worktree', `there is no worktree in ${path}`)
  const own = await git(['rev-parse', '--absolute-git-dir'], { cwd: path })
  if (!own.ok) return own
  const gitDirectory = resolve(path, chomp(own.value))
  const [files, hidden, commits, operation, submodules] = await Promise.all([
    changedFiles(path),
    hiddenChanges(path, gitDirectory),
    branch === null && head !== null ? unreachableCommits(path, ['HEAD']) : success([]),
    operationUnderWay(gitDirectory),
    submoduleWork(path),
  ])
  if (!files.ok) return files
  if (!hidden.ok) return hidden
  if (!commits.ok) return commits
  if (!submodules.ok) return submodules
  const changed = [...new Set([...files.value.changed, ...hidden.value, ...submodules.value.changed])]
  const { untracked } = files.value
  const unreachable = [...commits.value, ...submodules.value.commits]
  const isClean = changed.length + untracked.length + unreachable.length === 0 && operation === null
  return success({
    branch,
    head,
    isClean,
    changed,
    untracked,
    unreachable,
    operation,
    hasSubmodules: submodules.value.hasSubmodules,
  })
}

/** The user's configuration must not hide files: every switch that could is given. */
async function changedFiles(path: string): Promise<Outcome<{ changed: string[]; untracked: string[] }>> {
  const args = [
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=normal',
    '--ignore-submodules=none',
  ]
  const printed = await git(args, { cwd: path })
  if (!printed.ok) return printed
  const changed: string[] = []
  const untracked: string[] = []
  for (const entry of splitNul(printed.value)) {
    const name = entry.slice(3) // two letters of state and a space
    if (entry.startsWith('??')) untracked.push(name)
    else changed.push(name)
  }
  return success({ changed, untracked })
}

async function operationUnderWay(gitDirectory: string): Promise<string | null> {
  for (const [file, operation] of OPERATIONS) {
    const present = await access(join(gitDirectory, file)).then(
      () => true,
      () => false,
    )
    if (present) return operation
  }
  return null
}
