import { git, splitNul } from '../git/run.ts'
import { type Outcome, success } from '../outcome.ts'

/** How a worktree stands, in numbers for a list. */
export interface GitState {
  /** Files that are changed or new. */
  readonly dirty: number
  /** Commits it has that the other side has not, and the other way round. */
  readonly ahead: number
  readonly behind: number
}

/** Counts against the branch's upstream, or without one against the main worktree. At most two git processes. */
export async function gitState(path: string): Promise<Outcome<GitState>> {
  const args = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal', '--no-renames']
  const printed = await git(args, { cwd: path })
  if (!printed.ok) return printed
  const entries = splitNul(printed.value)
  const dirty = entries.filter((entry) => !entry.startsWith('# ')).length
  const ab = entries.map((entry) => /^# branch\.ab \+(\d+) -(\d+)$/.exec(entry)).find((match) => match !== null)
  if (ab) return success({ dirty, ahead: Number(ab[1]), behind: Number(ab[2]) })
  // Fails while nothing is committed there: then nobody is ahead or behind.
  const counted = await git(['rev-list', '--left-right', '--count', 'HEAD...main-worktree/HEAD', '--'], { cwd: path })
  const [ahead = 0, behind = 0] = counted.ok ? counted.value.trim().split(/\s+/).map(Number) : []
  return success({ dirty, ahead, behind })
}
