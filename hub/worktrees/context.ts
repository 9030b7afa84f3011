import { randomBytes } from 'node:crypto'
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runGit } from '../git/run.ts'
import type { ExcludeFile } from './exclude.ts'

/** What a worktree tells the program that runs in it. Relative to the worktree. */
export const CONTEXT_PATH = '.botster/context.json'

/**
 * Writes `.botster/context.json` and hides it from git. The repository's contents are not trusted: where it has a link
 * in place of the directory or the file, nothing is written through it.
 * @throws Error when it cannot be written.
 */
export async function writeContext(
  worktree: string,
  context: Readonly<Record<string, unknown>>,
  exclude: ExcludeFile,
): Promise<void> {
  const directory = join(worktree, '.botster')
  await mkdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  if (!(await lstat(directory)).isDirectory())
    throw new Error(`${directory} is not a directory: no context was written`)
  await exclude.add([CONTEXT_PATH])
  const temporary = join(directory, `context-${randomBytes(6).toString('hex')}`)
  try {
    await writeFile(temporary, `${JSON.stringify(context, null, 2)}\n`, { flag: 'wx' })
    await rename(temporary, join(worktree, CONTEXT_PATH))
  } finally {
    await rm(temporary, { force: true })
  }
  // Where the repository itself tracks one, ours would be a change to commit. It fails where it does not: as it should.
  await runGit(['update-index', '--skip-worktree', '--', CONTEXT_PATH], { cwd: worktree })
}
