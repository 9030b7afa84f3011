import { lstat, rm } from 'node:fs/promises'
import { branchCommit, deleteBranch, exclusiveCommits } from '../git/branches.ts'
import { git, runGit } from '../git/run.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { listWorktrees, worktreeAt } from './list.ts'
import { mergedInto, mergeTargets } from './merged.ts'
import { worktreeStatus } from './status.ts'
import type { Commit, RemovedWorktree, RemoveWorktree, Worktree, WorktreeStatus } from './types.ts'

/** Files and commits a message names; the details have all of them. */
const NAMED = 10

/** What was found before anything was removed. */
interface Findings {
  readonly worktree: Worktree
  /** The branch that goes too, and where it is. */
  readonly branch: { readonly name: string; readonly commit: string } | null
  readonly hasSubmodules: boolean
}

/** Removes a worktree once it is sure that nothing is lost with it, or that it may be. See Worktrees.remove. */
export async function removeWorktree(
  { root, base }: { readonly root: string; readonly base: string },
  options: RemoveWorktree,
): Promise<Outcome<RemovedWorktree>> {
  const { path, force = false, onProgress } = options
  const listed = await listWorktrees(root, base)
  if (!listed.ok) return listed
  const worktree = await worktreeAt(listed.value, path)
  if (worktree === undefined) return (await isGone(path)) ? success(nothingThere(path)) : notAWorktree(path)
  onProgress?.('looking for work that would be lost')
  const findings = await mayGo(root, worktree, listed.value, options)
  if (!findings.ok) return findings

  onProgress?.('removing the worktree')
  const leftover = await removeDirectory(root, findings.value, force)
  if (!leftover.ok) return leftover
  const { branch } = findings.value
  if (branch === null) return success({ path: worktree.path, deletedBranch: null, leftover: leftover.value })
  onProgress?.(`deleting branch ${branch.name}`)
  const deleted = await deleteBranch(root, branch.name, branch.commit)
  if (!deleted.ok) return deleted
  return success({ path: worktree.path, deletedBranch: branch.name, leftover: leftover.value })
}

/** What `removeWorktree` would refuse, without removing anything. See Worktrees.mayRemove. */
export async function mayRemoveWorktree(
  { root, base }: { readonly root: string; readonly base: string },
  options: RemoveWorktree,
): Promise<Outcome<void>> {
  const listed = await listWorktrees(root, base)
  if (!listed.ok) return listed
  const worktree = await worktreeAt(listed.value, options.path)
  if (worktree === undefined) return (await isGone(options.path)) ? success(undefined) : notAWorktree(options.path)
  const findings = await mayGo(root, worktree, listed.value, options)
  return findings.ok ? success(undefined) : findings
}

async function mayGo(
  root: string,
  worktree: Worktree,
  all: readonly Worktree[],
  { force = false, deleteBranch: wantsBranch = false, acceptMerged = false }: RemoveWorktree,
): Promise<Outcome<Findings>> {
  const refused = refuseByPlace(worktree)
  if (refused !== undefined) return refused
  const name = wantsBranch && !isUsedElsewhere(worktree, all) ? worktree.branch : null
  const commit = name === null ? undefined : await branchCommit(root, name)
  const branch = name === null || commit === undefined ? null : { name, commit }
  if (worktree.isMissing) {
    const commits = force || branch === null ? nothingLost() : await onlyOn(root, branch, acceptMerged)
    if (!commits.ok) return commits
    return commits.value.commits.length > 0
      ? unsaved(commits.value, worktree)
      : success({ worktree, branch, hasSubmodules: false })
  }
  const status = await worktreeStatus(worktree)
  if (force) return success({ worktree, branch, hasSubmodules: true }) // a broken one can be forced, too
  if (!status.ok) return status
  const { changed, untracked, operation, unreachable } = status.value
  if (changed.length + untracked.length > 0 || operation !== null) return uncommitted(status.value, worktree)
  const commits = branch === null ? nothingLost() : await onlyOn(root, branch, acceptMerged)
  if (!commits.ok) return commits
  const lost = [...unreachable, ...commits.value.commits]
  if (lost.length > 0)
    return unsaved({ commits: lost, isMerged: commits.value.isMerged && unreachable.length === 0 }, worktree)
  return success({ worktree, branch, hasSubmodules: status.value.hasSubmodules })
}

/**
 * Git looks for changed files once more before it removes anything; it is only told not to where the caller said so,
 * or where it never would (a worktree with submodules). True when files stayed behind.
 */
async function removeDirectory(root: string, { worktree, hasSubmodules }: Findings, force: boolean) {
  const { path } = worktree
  const forced = force || hasSubmodules || worktree.isMissing ? ['--force'] : []
  // Whoever hides untracked files from status would hide them from git's own check as well.
  const args = ['-c', 'status.showUntrackedFiles=normal', 'worktree', 'remove', ...forced, '--', path]
  const removed = await git(args, { cwd: root })
  if (removed.ok) return success(!(await isGone(path)))
  if (await isRegistered(root, path)) return removed
  if (force) await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {}) // looked at below
  return success(!(await isGone(path)))
}

/** Git forgets a worktree even when its directory could not be emptied. */
async function isRegistered(root: string, path: string): Promise<boolean> {
  const { stdout } = await runGit(['worktree', 'list', '--porcelain'], { cwd: root })
  return stdout.split('\n').includes(`worktree ${path}`)
}

function refuseByPlace({ path, isMain, isBare, inBase, locked }: Worktree): ReturnType<typeof refusal> | undefined {
  if (isMain || isBare) return refusal('main_worktree', `${path} is the repository itself: it is never removed`)
  if (!inBase) return refusal('outside_base', `${path} was not made by botster: remove it with git worktree remove`)
  if (locked === null) return undefined
  return refusal('locked', `${path} is locked${locked === '' ? '' : ` (${locked})`}: run git worktree unlock first`)
}

function isUsedElsewhere({ path, branch }: Worktree, all: readonly Worktree[]): boolean {
  return all.some((other) => other.branch === branch && other.path !== path)
}

function uncommitted({ changed, untracked, operation }: WorktreeStatus, { path }: Worktree) {
  const files = [...changed, ...untracked]
  const what = files.length > 0 ? `uncommitted work: ${naming(files)}` : `a ${operation} that is not finished`
  return refusal('uncommitted_work', `${path} has ${what}`, { files, operation })
}

/** Commits that go with a branch. `isMerged`: what they change is all in the main worktree's history. */
interface Lost {
  readonly commits: readonly Commit[]
  readonly isMerged: boolean
}

function nothingLost(): Outcome<Lost> {
  return success({ commits: [], isMerged: false })
}

async function onlyOn(
  root: string,
  { name, commit }: { readonly name: string; readonly commit: string },
  acceptMerged: boolean,
): Promise<Outcome<Lost>> {
  const commits = await exclusiveCommits(root, name)
  if (!commits.ok || commits.value.length === 0) return commits.ok ? nothingLost() : commits
  const isMerged = (await mergedInto(root, commit, await mergeTargets(root))) !== undefined
  return success({ commits: isMerged && acceptMerged ? [] : commits.value, isMerged })
}

function unsaved({ commits, isMerged }: Lost, { path }: Worktree) {
  const names = commits.map(({ hash, subject }) => `${hash} ${subject}`)
  const squashed = isMerged ? ' (all they change is merged already, as other commits)' : ''
  const message = `${path} has commits that are nowhere else${squashed}: ${naming(names)}`
  return refusal('unsaved_commits', message, { commits, merged: isMerged })
}

function naming(names: readonly string[]): string {
  const more = names.length - NAMED
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function notAWorktree(path: string) {
  return refusal('not_a_worktree', `${path} is no worktree of this repository: nothing was removed`)
}

function nothingThere(path: string): RemovedWorktree {
  return { path, deletedBranch: null, leftover: false }
}

async function isGone(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  )
}
