import { type Outcome, refusal, success } from '../outcome.ts'
import type { Commit } from '../worktrees/types.ts'
import { chomp, git, runGit, splitNul } from './run.ts'

/** Commits that are named when something would be lost with them; more only make a message longer. */
const MAX_NAMED_COMMITS = 100
const ALL_OTHER_REFS = ['--branches', '--tags', '--remotes']

/** Whether git takes `name` for a branch as it stands (`@{-1}` and the like mean other names). Refused: 'bad_branch'. */
export async function checkBranchName(root: string, name: string): Promise<Outcome<string>> {
  const { exitCode, stdout } =
    name.includes('\0') || name === '@' // git means HEAD by it everywhere else
      ? { exitCode: 1, stdout: '' }
      : await runGit(['check-ref-format', '--branch', name], { cwd: root })
  if (exitCode === 0 && chomp(stdout) === name) return success(name)
  return refusal(
    'bad_branch',
    `${JSON.stringify(name)} cannot be a branch name: no spaces, no leading "-" or ".", none of ~ ^ : ? * [ \\`,
  )
}

/** The commit a revision stands for; undefined when it stands for none. */
export async function resolveCommit(root: string, revision: string): Promise<string | undefined> {
  if (revision.includes('\0')) return undefined
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  const { exitCode, stdout } = await runGit(args, { cwd: root })
  return exitCode === 0 ? chomp(stdout) : undefined
}

/** The commit of a local branch. */
export function branchCommit(root: string, branch: string): Promise<string | undefined> {
  return resolveCommit(root, `refs/heads/${branch}`)
}

/** Full names of the remote-tracking branches called `branch`, that of `origin` first. */
export async function remoteBranches(root: string, branch: string): Promise<string[]> {
  const args = ['for-each-ref', '--format=%(refname)', `refs/remotes/*/${branch}`]
  const { stdout } = await runGit(args, { cwd: root })
  const names = stdout.split('\n').filter((name) => name.endsWith(`/${branch}`)) // a pattern also matches what is below it
  return names.sort((a, b) => Number(isOrigin(b)) - Number(isOrigin(a)))
}

/** Makes a branch that does not exist yet; a remote-tracking `start` becomes its upstream. */
export async function createBranch(root: string, branch: string, start: string): Promise<Outcome<string>> {
  const track = start.startsWith('refs/remotes/') ? '--track' : '--no-track'
  return git(['branch', track, '--end-of-options', branch, start], { cwd: root })
}

/** Removes a branch that is still at `commit`; fails when somebody moved it meanwhile. */
export async function deleteBranch(root: string, branch: string, commit: string): Promise<Outcome<string>> {
  const deleted = await git(['update-ref', '-d', `refs/heads/${branch}`, commit], { cwd: root })
  // Its upstream goes with it; there is none for most branches, and then this fails.
  if (deleted.ok) await runGit(['config', '--remove-section', `branch.${branch}`], { cwd: root })
  return deleted
}

/** Commits of a local branch that no other branch, tag or remote has: newest first. */
export function exclusiveCommits(root: string, branch: string): Promise<Outcome<Commit[]>> {
  return commits(root, [`refs/heads/${branch}`, '--not', `--exclude=${branch}`, ...ALL_OTHER_REFS])
}

/** Commits below `revisions` that no branch, tag or remote has: newest first. */
export function unreachableCommits(cwd: string, revisions: readonly string[]): Promise<Outcome<Commit[]>> {
  return commits(cwd, [...revisions, '--not', ...ALL_OTHER_REFS])
}

/** Commits that only this clone has: on its HEAD or branches, on no remote. For submodules, which go with a worktree. */
export function unpushedCommits(cwd: string): Promise<Outcome<Commit[]>> {
  return commits(cwd, ['HEAD', '--branches', '--not', '--remotes'])
}

async function commits(cwd: string, selection: readonly string[]): Promise<Outcome<Commit[]>> {
  const args = ['log', '-z', '--no-show-signature', '--format=%h %s', `--max-count=${MAX_NAMED_COMMITS}`, ...selection]
  const listed = await git([...args, '--'], { cwd })
  return listed.ok ? success(splitNul(listed.value).map(parseCommit)) : listed
}

function parseCommit(line: string): Commit {
  const space = line.indexOf(' ')
  return space < 0 ? { hash: line, subject: '' } : { hash: line.slice(0, space), subject: line.slice(space + 1) }
}

function isOrigin(refname: string): boolean {
  return refname.startsWith('refs/remotes/origin/')
}
