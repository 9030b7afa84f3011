import { resolveCommit } from '../git/branches.ts'
import { chomp, git, runGit } from '../git/run.ts'

/** How a branch is contained in another: its commits are, or only what they change (they were squashed or rebased). */
export type Merged = 'merged' | 'squashed'

/** The author of a commit that is made for comparing alone and belongs to no branch. */
const NOBODY = {
  GIT_AUTHOR_NAME: 'botster',
  GIT_AUTHOR_EMAIL: 'botster@localhost',
  GIT_COMMITTER_NAME: 'botster',
  GIT_COMMITTER_EMAIL: 'botster@localhost',
}

/** Where work ends up: what the main worktree has checked out, and what the remote calls its main branch. */
export async function mergeTargets(root: string): Promise<string[]> {
  const found = await Promise.all(['HEAD', 'refs/remotes/origin/HEAD'].map((name) => resolveCommit(root, name)))
  return [...new Set(found.filter((commit) => commit !== undefined))]
}

/** Whether everything a commit brought is in one of the targets; undefined when something is not. */
export async function mergedInto(
  root: string,
  commit: string,
  targets: readonly string[],
): Promise<Merged | undefined> {
  for (const target of targets) {
    const { exitCode } = await runGit(['merge-base', '--is-ancestor', commit, target], { cwd: root })
    if (exitCode === 0) return 'merged'
  }
  for (const target of targets) {
    if ((await mergingChangesNothing(root, commit, target)) || (await isOnePatchOf(root, commit, target)))
      return 'squashed'
  }
  return undefined
}

/** A merge of it would leave the target as it is. Git before 2.38 cannot say: then the other test decides. */
async function mergingChangesNothing(root: string, commit: string, target: string): Promise<boolean> {
  const merged = await runGit(['merge-tree', '--write-tree', target, commit], { cwd: root })
  if (merged.exitCode !== 0) return false
  const tree = await git(['rev-parse', `${target}^{tree}`], { cwd: root })
  return tree.ok && chomp(merged.stdout) === chomp(tree.value)
}

/** All its changes together are one commit of the target, even when the target went on changing the same lines. */
async function isOnePatchOf(root: string, commit: string, target: string): Promise<boolean> {
  const base = await git(['merge-base', target, commit], { cwd: root })
  if (!base.ok) return false
  const args = ['commit-tree', `${commit}^{tree}`, '-p', chomp(base.value), '-m', 'all of it']
  const squashed = await git(args, { cwd: root, env: NOBODY })
  if (!squashed.ok) return false
  const compared = await git(['cherry', target, chomp(squashed.value)], { cwd: root })
  return compared.ok && compared.value.startsWith('- ')
}
