import type { Logger } from 'pino'
import type { Outcome } from '../outcome.ts'
import type {
  Commit,
  CreatedWorktree,
  CreateWorktree,
  RemovedWorktree,
  RemoveWorktree,
  Worktree,
  WorktreeStatus,
} from './types.ts'

export type * from './types.ts'

export interface WorktreesOptions {
  /** Real path of the main worktree, of the bare repository, or of the directory outside git. */
  readonly root: string
  readonly isRepository: boolean
  /** Where new worktrees go; made when needed. */
  readonly base: string
  readonly log: Logger
}

/**
 * The worktrees of one repository. Everything runs in git child processes; nothing here touches a directory that was
 * there before, and nothing with work in it goes without `force`. Outside a repository every operation that needs one
 * is refused with code 'no_repository'; git's own failures have code 'git_failed' and git's words.
 */
export class Worktrees {
  readonly #options: WorktreesOptions

  constructor(options: WorktreesOptions) {
    this.#options = options
  }

  /** Of the main worktree. */
  get root(): string {
    return this.#options.root
  }

  get isRepository(): boolean {
    return this.#options.isRepository
  }

  get base(): string {
    return this.#options.base
  }

  /** "owner/name" (BOTSTER_REPO, else the remote `origin`), else the directory's name. Never empty. */
  async detectRepo(): Promise<string> {
    throw new Error('not written yet')
  }

  /** The last part of {@link detectRepo}, fit for a file name: what keys and directories of agents begin with. */
  async repoName(): Promise<string> {
    throw new Error('not written yet')
  }

  /** The main worktree first. Empty outside a repository. */
  async list(): Promise<Worktree[]> {
    throw new Error('not written yet')
  }

  /** The worktree that has a branch checked out. */
  async find(_branch: string): Promise<Worktree | undefined> {
    throw new Error('not written yet')
  }

  /** The worktree that a path is in (its top or anything below). */
  async containing(_path: string): Promise<Worktree | undefined> {
    throw new Error('not written yet')
  }

  /**
   * Makes a worktree at `{base}/{repo}-{branch with / → -}`, with a suffix when something is there already.
   * Refused: 'bad_branch', 'branch_in_use' (details.path), 'branch_exists' (with `from`), 'bad_ref', 'no_commits',
   * 'cancelled'.
   */
  async create(_options: CreateWorktree): Promise<Outcome<CreatedWorktree>> {
    throw new Error('not written yet')
  }

  /** Writes `.botster/context.json` into a worktree and keeps it out of git's sight. */
  async writeContext(_path: string, _context: Readonly<Record<string, unknown>>): Promise<void> {
    throw new Error('not written yet')
  }

  /** What would be lost with the worktree. Refused: 'not_a_worktree'. */
  async status(_path: string): Promise<Outcome<WorktreeStatus>> {
    throw new Error('not written yet')
  }

  /** Commits of a branch that no other branch, tag or remote holds: newest first, at most 100. */
  async exclusiveCommits(_branch: string): Promise<Outcome<Commit[]>> {
    throw new Error('not written yet')
  }

  /**
   * Removes a linked worktree inside the base. One whose directory is gone is only forgotten. Refused: 'not_a_worktree',
   * 'main_worktree', 'outside_base', 'locked', 'uncommitted_work' (details.files), 'unsaved_commits' (details.commits).
   */
  async remove(_options: RemoveWorktree): Promise<Outcome<RemovedWorktree>> {
    throw new Error('not written yet')
  }

  /**
   * Copies what the globs in a file name (one a line, `#` comments, relative to `source`) into `destination`, and lists
   * it in the common exclude file. What exists there already stays. Returns the relative paths copied; a file that
   * cannot be copied is logged and skipped. Refused: 'no_pattern_file'.
   */
  async copyFromPatterns(_source: string, _destination: string, _patternFile: string): Promise<Outcome<string[]>> {
    throw new Error('not written yet')
  }
}
