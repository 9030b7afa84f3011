import { lstat, realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { git, runGit } from '../git/run.ts'
import { type Outcome, success } from '../outcome.ts'
import type { Worktree } from './types.ts'

/** Exit code of git for an option it does not know: `worktree list -z` came with 2.36. */
const USAGE = 129

/** All worktrees of a repository, the main one first. */
export async function listWorktrees(root: string, base: string): Promise<Outcome<Worktree[]>> {
  const printed = await printedList(root)
  if (!printed.ok) return printed
  const realBase = await realOrSame(base)
  const entries = parseList(printed.value)
  return success(await Promise.all(entries.map((entry, index) => describe(entry, index === 0, realBase))))
}

/** The worktree whose top is `path`, however it is spelled. */
export async function worktreeAt(worktrees: readonly Worktree[], path: string): Promise<Worktree | undefined> {
  const wanted = await realOrSame(path)
  return worktrees.find((worktree) => worktree.path === wanted || worktree.path === resolve(path))
}

/** The innermost worktree that `path` is in. */
export async function worktreeAround(worktrees: readonly Worktree[], path: string): Promise<Worktree | undefined> {
  const wanted = await realOrSame(path)
  const around = worktrees.filter((worktree) => worktree.path === wanted || isInside(wanted, worktree.path))
  return around.sort((a, b) => b.path.length - a.path.length)[0]
}

/** Strictly below, both absolute. */
export function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`)
}

/** One attribute a line, a blank one between worktrees; both end with NUL (with a line end on old gits). */
export function parseList(printed: string): Map<string, string>[] {
  const end = printed.includes('\0') ? '\0' : '\n'
  return printed
    .split(end + end)
    .filter((block) => block !== '')
    .map((block) => new Map(block.split(end).map((line) => splitOnce(line))))
}

async function printedList(root: string): Promise<Outcome<string>> {
  const args = ['worktree', 'list', '--porcelain']
  const { exitCode, stdout } = await runGit([...args, '-z'], { cwd: root })
  if (exitCode === 0) return success(stdout)
  return exitCode === USAGE ? git(args, { cwd: root }) : git([...args, '-z'], { cwd: root })
}

async function describe(entry: Map<string, string>, isMain: boolean, realBase: string): Promise<Worktree> {
  const printedPath = entry.get('worktree') ?? ''
  const isMissing = !(await exists(printedPath))
  const path = isMissing ? printedPath : await realOrSame(printedPath)
  const head = entry.get('HEAD')
  return {
    path,
    head: head === undefined || /^0+$/.test(head) ? null : head,
    branch: entry.get('branch')?.replace(/^refs\/heads\//, '') ?? null,
    isMain,
    isBare: entry.has('bare'),
    locked: entry.get('locked') ?? null,
    isMissing,
    inBase: !isMain && isInside(path, realBase),
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** The real path; of what does not exist, that of its nearest parent that does, with the rest. */
async function realOrSame(path: string): Promise<string> {
  const absolute = resolve(path)
  try {
    return await realpath(absolute)
  } catch {
    const parent = resolve(absolute, '..')
    return parent === absolute ? absolute : join(await realOrSame(parent), absolute.slice(parent.length))
  }
}

function splitOnce(line: string): [string, string] {
  const space = line.indexOf(' ')
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)]
}
