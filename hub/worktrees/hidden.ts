import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { git, splitNul } from '../git/run.ts'
import { type Outcome, success } from '../outcome.ts'
import { CONTEXT_PATH } from './context.ts'

/**
 * Changed files that `git status` keeps silent about, because somebody marked them assume-unchanged or skip-worktree.
 * They are looked at through a copy of the index that has no such marks. Files missing from the disk are no change:
 * that is what a sparse checkout looks like.
 */
export async function hiddenChanges(worktree: string, gitDirectory: string): Promise<Outcome<string[]>> {
  const listed = await git(['ls-files', '-v', '-z'], { cwd: worktree })
  if (!listed.ok) return listed
  const hidden = splitNul(listed.value)
    .filter((line) => isHidden(line[0]!))
    .map((line) => line.slice(2))
    .filter((path) => path !== CONTEXT_PATH)
  if (hidden.length === 0) return success([])

  const directory = await mkdtemp(join(tmpdir(), 'botster-index-'))
  try {
    const index = join(directory, 'index')
    await copyFile(join(gitDirectory, 'index'), index)
    const options = { cwd: worktree, env: { GIT_INDEX_FILE: index }, input: `${hidden.join('\0')}\0` }
    for (const flag of ['--no-assume-unchanged', '--no-skip-worktree']) {
      const cleared = await git(['update-index', flag, '-z', '--stdin'], options)
      if (!cleared.ok) return cleared
    }
    const args = ['diff-files', '--name-only', '--no-renames', '--diff-filter=d', '-z']
    const changed = await git(args, { cwd: worktree, env: { GIT_INDEX_FILE: index } })
    const marked = new Set(hidden)
    return changed.ok ? success(splitNul(changed.value).filter((path) => marked.has(path))) : changed
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** `ls-files -v`: a small letter is assume-unchanged, S is skip-worktree. */
function isHidden(tag: string): boolean {
  return tag === 'S' || (tag >= 'a' && tag <= 'z')
}
