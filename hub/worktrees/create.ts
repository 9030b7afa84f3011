import { rmdir } from 'node:fs/promises'
import {
  branchCommit,
  checkBranchName,
  createBranch,
  deleteBranch,
  remoteBranches,
  resolveCommit,
} from '../git/branches.ts'
import { git, runGit } from '../git/run.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { checkoutSubmodules } from './checkout-submodules.ts'
import { claimDirectory, worktreeName } from './directory.ts'
import { listWorktrees } from './list.ts'
import type { CreatedWorktree, CreateWorktree, Worktree } from './types.ts'

export interface CreateIn {
  readonly root: string
  readonly base: string
  /** What the directory's name begins with. */
  readonly repo: string
}

/** Where the branch comes from. `start` is a commit or a remote-tracking branch; undefined when the branch exists. */
interface Source {
  readonly start: string | undefined
}

type Undo = () => Promise<unknown>

/** Makes a worktree; whatever fails on the way, what was made before it is taken back. See Worktrees.create. */
export async function createWorktree(where: CreateIn, options: CreateWorktree): Promise<Outcome<CreatedWorktree>> {
  const { root } = where
  const { branch, from, onProgress, signal } = options
  const name = await checkBranchName(root, branch)
  if (!name.ok) return name
  const source = await findSource(root, branch, from)
  if (!source.ok) return source
  const free = await freeBranch(where, branch)
  if (!free.ok) return free

  const undo: Undo[] = []
  const takeBack = async () => {
    onProgress?.('taking back what was made')
    for (const step of undo.reverse()) await step()
  }
  const made = await make(where, options, source.value, free.value, undo).catch(async (error: unknown) => {
    await takeBack()
    throw error
  })
  if (made.ok && !signal?.aborted) return made
  await takeBack()
  return signal?.aborted ? refusal('cancelled', `making a worktree for ${branch} was cancelled`) : made
}

async function make(
  { root, base, repo }: CreateIn,
  { branch, onProgress, signal }: CreateWorktree,
  { start }: Source,
  registered: readonly Worktree[],
  undo: Undo[],
): Promise<Outcome<CreatedWorktree>> {
  let branchCreatedAt: string | null = null
  if (start !== undefined) {
    onProgress?.(`creating branch ${branch}`)
    const created = await createBranch(root, branch, start)
    if (!created.ok) return created
    const commit = (await branchCommit(root, branch))!
    branchCreatedAt = commit
    undo.push(() => deleteBranch(root, branch, commit))
  }
  const taken = new Set(registered.map(({ path }) => path))
  const claimed = await claimDirectory(base, worktreeName(repo, branch), (candidate) => taken.has(candidate))
  if (!claimed.ok) return claimed
  const path = claimed.value
  undo.push(() => rmdir(path).catch(() => {})) // only if empty: git removed what it had put there
  onProgress?.(`checking out ${branch}`)
  // Forced, since what it holds is what git put there a moment ago; nobody was told of it yet.
  undo.push(() => runGit(['worktree', 'remove', '--force', '--', path], { cwd: root }))
  const added = await git(['worktree', 'add', '--', path, branch], { cwd: root, signal, onMessage: onProgress })
  if (!added.ok) return added
  const problem = await checkoutSubmodules(root, path, { signal, onMessage: onProgress })
  return success({ path, branch, branchCreatedAt, ...(problem !== undefined && { problem }) })
}

/**
 * Nobody has the branch checked out. A worktree of ours that had it and whose directory was removed by hand is
 * forgotten first. Returns the worktrees there are.
 */
async function freeBranch({ root, base }: CreateIn, branch: string): Promise<Outcome<Worktree[]>> {
  const listed = await listWorktrees(root, base)
  if (!listed.ok) return listed
  const holder = listed.value.find((worktree) => worktree.branch === branch && !worktree.isBare)
  if (holder === undefined) return listed
  if (!holder.isMissing || !holder.inBase || holder.locked !== null) {
    return refusal('branch_in_use', `branch ${branch} is already checked out in ${holder.path}`, { path: holder.path })
  }
  const forgotten = await git(['worktree', 'remove', '--force', '--', holder.path], { cwd: root })
  return forgotten.ok ? success(listed.value.filter((worktree) => worktree !== holder)) : forgotten
}

async function findSource(root: string, branch: string, from: string | undefined): Promise<Outcome<Source>> {
  if ((await branchCommit(root, branch)) !== undefined) {
    if (from === undefined) return success({ start: undefined })
    return refusal(
      'branch_exists',
      `branch ${branch} exists already: leave out where to start from, or take another name`,
    )
  }
  if (from !== undefined) {
    const start = await resolveCommit(root, from)
    return start === undefined ? refusal('bad_ref', `${JSON.stringify(from)} names no commit here`) : success({ start })
  }
  const [remote, ...others] = await remoteBranches(root, branch)
  if (remote !== undefined) {
    const isChoice = others.length === 0 || remote.startsWith('refs/remotes/origin/')
    return isChoice ? success({ start: remote }) : ambiguous(branch, [remote, ...others])
  }
  const start = await resolveCommit(root, 'HEAD')
  if (start !== undefined) return success({ start })
  return refusal('no_commits', 'a branch needs a commit to start from, and there is none yet: commit once first')
}

function ambiguous(branch: string, remotes: readonly string[]): Outcome<never> {
  const names = remotes.map((name) => name.replace('refs/remotes/', ''))
  return refusal('bad_ref', `several remotes have ${branch}: say where to start from (${names.join(', ')})`)
}
