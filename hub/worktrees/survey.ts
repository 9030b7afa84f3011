import { execa } from 'execa'
import { git } from '../git/run.ts'
import { listWorktrees } from './list.ts'
import { type Merged, mergedInto, mergeTargets } from './merged.ts'
import { worktreeStatus } from './status.ts'
import type { Worktree } from './types.ts'

/** Worktrees that are looked at at once: each costs some git processes. */
const AT_ONCE = 4

/** A worktree of botster's with what decides whether it may go. */
export interface SurveyedWorktree {
  readonly path: string
  readonly branch: string | null
  /** On the disk, in bytes; null when it was not asked for or could not be found out. */
  readonly bytes: number | null
  /** Seconds since the epoch of the commit it is at. */
  readonly committedAt: number | null
  readonly isMissing: boolean
  readonly isClean: boolean
  /** Files with work in them: changed, or new. */
  readonly changed: number
  readonly merged: Merged | null
  readonly locked: string | null
  /** Nothing would be lost with it. */
  readonly mayGo: boolean
  /** Why it may go, or why not, for people. */
  readonly reason: string
}

/** Looks at every worktree in the base. Nothing is changed. @param options.sizes also measure them, which takes a while */
export async function surveyWorktrees(
  { root, base }: { readonly root: string; readonly base: string },
  { sizes }: { readonly sizes: boolean },
): Promise<SurveyedWorktree[]> {
  const listed = await listWorktrees(root, base)
  if (!listed.ok) return []
  const targets = await mergeTargets(root)
  const mine = listed.value.filter(({ inBase }) => inBase)
  const surveyed: SurveyedWorktree[] = []
  for (let at = 0; at < mine.length; at += AT_ONCE) {
    const some = mine.slice(at, at + AT_ONCE)
    surveyed.push(...(await Promise.all(some.map((worktree) => survey(root, worktree, targets, sizes)))))
  }
  return surveyed
}

async function survey(
  root: string,
  worktree: Worktree,
  targets: readonly string[],
  sizes: boolean,
): Promise<SurveyedWorktree> {
  const { path, branch, head, locked, isMissing } = worktree
  const [bytes, committedAt, merged, status] = await Promise.all([
    sizes && !isMissing ? bytesOf(path) : null,
    head === null ? null : commitTime(root, head),
    head === null ? undefined : mergedInto(root, head, targets),
    isMissing ? undefined : worktreeStatus(worktree),
  ])
  const work = status?.ok ? status.value : undefined
  const facts = {
    path,
    branch,
    bytes,
    committedAt,
    isMissing,
    isClean: work?.isClean ?? isMissing,
    changed: work === undefined ? 0 : work.changed.length + work.untracked.length,
    merged: merged ?? null,
    locked,
  }
  return { ...facts, ...verdict(facts, work?.operation ?? null) }
}

function verdict(
  { isMissing, isClean, changed, merged, locked }: Omit<SurveyedWorktree, 'mayGo' | 'reason'>,
  operation: string | null,
): Pick<SurveyedWorktree, 'mayGo' | 'reason'> {
  if (locked !== null) return { mayGo: false, reason: 'it is locked' }
  if (isMissing) return { mayGo: true, reason: 'its directory is gone' }
  if (operation !== null) return { mayGo: false, reason: `a ${operation} is not finished` }
  if (changed > 0) return { mayGo: false, reason: `${changed} file${changed === 1 ? '' : 's'} not committed` }
  if (!isClean) return { mayGo: false, reason: 'it has commits that are on no branch' }
  if (merged === null) return { mayGo: false, reason: 'its commits are not merged' }
  return { mayGo: true, reason: merged === 'merged' ? 'merged' : 'merged as one commit' }
}

async function bytesOf(path: string): Promise<number | null> {
  const { exitCode, stdout } = await execa('du', ['-sk', '--', path], { reject: false })
  const kilobytes = Number.parseInt(stdout ?? '', 10)
  return (exitCode === 0 || exitCode === 1) && Number.isFinite(kilobytes) ? kilobytes * 1024 : null
}

async function commitTime(root: string, commit: string): Promise<number | null> {
  const printed = await git(['show', '-s', '--format=%ct', commit, '--'], { cwd: root })
  return printed.ok ? Number(printed.value.trim()) || null : null
}
