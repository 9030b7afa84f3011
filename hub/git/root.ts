/** Where a directory belongs. All paths real and absolute. */
export interface Root {
  /** Main worktree of the repository; the bare repository itself; or, outside git, the directory. */
  readonly root: string
  readonly isRepository: boolean
  /** Top of the worktree the directory is in: `root`, or a linked worktree; null in a bare repository or outside git. */
  readonly currentWorktree: string | null
}

/**
 * Finds the hub's root for a directory: from a subdirectory or from inside any linked worktree of a repository it is
 * the same. A submodule is a repository of its own.
 * @throws Error when git refuses to look (dubious ownership, a broken repository), with its words.
 */
export async function findRoot(_cwd: string): Promise<Root> {
  throw new Error('not written yet')
}
