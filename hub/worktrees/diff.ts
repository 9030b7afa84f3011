import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { resolveCommit } from '../git/branches.ts'
import { chomp, git } from '../git/run.ts'
import { type Outcome, refusal, success } from '../outcome.ts'

export interface DiffOptions {
  /** The main worktree. */
  readonly root: string
  readonly path: string
  /** A branch or commit to compare with. @default where the worktree's history left the main worktree's */
  readonly base?: string
  /** Bytes of text that are kept. */
  readonly maxBytes: number
}

export interface WorktreeDiff {
  /** The commit it was compared with. */
  readonly base: string
  readonly text: string
  readonly truncated: boolean
}

/**
 * Everything a worktree has that its base has not: commits, changed files and new ones that are not ignored. Neither its
 * index nor its files are touched. Refused: 'bad_ref', 'git_failed'.
 */
export async function worktreeDiff({ root, path, base, maxBytes }: DiffOptions): Promise<Outcome<WorktreeDiff>> {
  const from = base === undefined ? await forkPoint(root, path) : await resolveCommit(path, base)
  if (from === undefined) {
    return refusal(
      'bad_ref',
      base === undefined ? `${path} has no commit` : `${JSON.stringify(base)} names no commit here`,
    )
  }
  const printed = await withNewFiles(path, (env) => {
    const args = ['diff', '--no-color', '--no-ext-diff', '--no-textconv', from, '--']
    return git(args, { cwd: path, env })
  })
  if (!printed.ok) return printed
  const bytes = Buffer.from(printed.value)
  const truncated = bytes.length > maxBytes
  return success({ base: from, text: truncated ? beginning(bytes, maxBytes) : printed.value, truncated })
}

async function forkPoint(root: string, path: string): Promise<string | undefined> {
  const main = await resolveCommit(root, 'HEAD')
  if (main === undefined) return undefined
  const found = await git(['merge-base', 'HEAD', main], { cwd: path })
  return found.ok ? chomp(found.value) : await resolveCommit(path, 'HEAD')
}

/** With a copy of the index in which new files are known: a diff leaves them out otherwise. */
async function withNewFiles(path: string, run: (env: Record<string, string>) => Promise<Outcome<string>>) {
  const own = await git(['rev-parse', '--absolute-git-dir'], { cwd: path })
  if (!own.ok) return own
  const directory = await mkdtemp(join(tmpdir(), 'botster-diff-'))
  try {
    const env = { GIT_INDEX_FILE: join(directory, 'index') }
    await copyFile(join(resolve(path, chomp(own.value)), 'index'), env.GIT_INDEX_FILE).catch(() => {}) // none yet
    const added = await git(['add', '--intent-to-add', '--all', '--', '.'], { cwd: path, env })
    return added.ok ? await run(env) : added
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Whole lines. */
function beginning(bytes: Buffer, maxBytes: number): string {
  const end = bytes.lastIndexOf(0x0a, maxBytes)
  return bytes.subarray(0, end < 0 ? maxBytes : end + 1).toString('utf8')
}
