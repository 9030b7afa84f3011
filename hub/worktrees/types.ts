/** A worktree as git knows it. */
export interface Worktree {
  readonly path: string
  /** Commit it is at; null in a repository without commits and for a bare one. */
  readonly head: string | null
  /** Short name; null when HEAD is detached. */
  readonly branch: string | null
  readonly isMain: boolean
  readonly isBare: boolean
  /** Why it is locked ('' without a reason); null when it is not. */
  readonly locked: string | null
  /** Its directory was removed by hand. */
  readonly isMissing: boolean
  /** Inside the directory where botster puts worktrees: only those are ever removed. */
  readonly inBase: boolean
}

export interface CreateWorktree {
  /** A branch that exists here or on one remote is taken as it is; another is made. */
  readonly branch: string
  /** Where a new branch starts: any commit-ish. @default the commit the main worktree is at */
  readonly from?: string
  /** What the agent may want to know of itself, for `.botster/context.json`; repo, branch and time are added. */
  readonly context?: { readonly prompt?: string | null; readonly metadata?: Readonly<Record<string, unknown>> }
  readonly onProgress?: (step: string) => void
  /** Stops git and takes back what was made so far. */
  readonly signal?: AbortSignal
}

export interface CreatedWorktree {
  readonly path: string
  readonly branch: string
  /** The commit a new branch was made at; null when it was there before. */
  readonly branchCreatedAt: string | null
  /** What is missing in it, for people: submodules that could not be fetched. */
  readonly problem?: string
}

/** What would be lost with a worktree. Paths relative to it, as git prints them. */
export interface WorktreeStatus {
  readonly branch: string | null
  readonly head: string | null
  /** Nothing below. */
  readonly isClean: boolean
  /** Tracked files with changes, staged or not, and conflicts. */
  readonly changed: readonly string[]
  /** Not ignored, not put there by botster; a directory without tracked files ends with "/". */
  readonly untracked: readonly string[]
  /** Commits only a detached HEAD (or a submodule) holds. */
  readonly unreachable: readonly Commit[]
  /** A rebase, merge, … that was begun and not finished. */
  readonly operation: string | null
  readonly hasSubmodules: boolean
}

export interface Commit {
  readonly hash: string
  readonly subject: string
}

export interface RemoveWorktree {
  readonly path: string
  /** Also with work in it. @default false */
  readonly force?: boolean
  /** Also its branch. @default false */
  readonly deleteBranch?: boolean
  /** Commits of the branch whose changes are all merged do not count as lost, though they exist nowhere else. @default false */
  readonly acceptMerged?: boolean
  readonly onProgress?: (step: string) => void
}

export interface RemovedWorktree {
  readonly path: string
  /** The branch that was removed with it; null when it was kept or there was none. */
  readonly deletedBranch: string | null
  /** Files were in the way (somebody still writes there, or permissions): the directory stays, git forgot it. */
  readonly leftover: boolean
}
