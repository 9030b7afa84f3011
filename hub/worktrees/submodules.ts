import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { unpushedCommits } from '../git/branches.ts'
import { git, splitNul } from '../git/run.ts'
import { type Outcome, success } from '../outcome.ts'
import type { Commit } from './types.ts'

/** Mode of a submodule's entry in the index. */
const GITLINK = '160000'

export interface SubmoduleWork {
  readonly hasSubmodules: boolean
  /** Submodules with changed files, by path. */
  readonly changed: readonly string[]
  /** Commits of submodules that are on none of their remotes. */
  readonly commits: readonly Commit[]
}

/**
 * Work in a worktree's checked-out submodules, at any depth. Their repositories live inside the worktree's git
 * directory and are removed with it, so that a commit made there and never pushed would be gone.
 */
export async function submoduleWork(worktree: string): Promise<Outcome<SubmoduleWork>> {
  const listed = await git(['ls-files', '--stage', '-z'], { cwd: worktree })
  if (!listed.ok) return listed
  const entries = splitNul(listed.value).filter((entry) => entry.startsWith(GITLINK))
  const work: { hasSubmodules: boolean; changed: string[]; commits: Commit[] } = {
    hasSubmodules: false,
    changed: [],
    commits: [],
  }
  for (const entry of entries) {
    const path = entry.slice(entry.indexOf('\t') + 1)
    const submodule = join(worktree, path)
    if (!(await isCheckedOut(submodule))) continue
    work.hasSubmodules = true
    const [commits, below] = await Promise.all([unpushedCommits(submodule), submoduleWork(submodule)])
    if (!commits.ok) return commits
    if (!below.ok) return below
    if (commits.value.length > 0) work.changed.push(path)
    work.commits.push(...commits.value, ...below.value.commits)
    work.changed.push(...below.value.changed.map((name) => join(path, name)))
  }
  return success(work)
}

async function isCheckedOut(path: string): Promise<boolean> {
  return access(join(path, '.git')).then(
    () => true,
    () => false,
  )
}
