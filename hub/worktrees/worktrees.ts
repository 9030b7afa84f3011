import { statfs } from 'node:fs/promises'
import type { Logger } from 'pino'
import { exclusiveCommits } from '../git/branches.ts'
import { detectRepo, shortName } from '../git/repository-name.ts'
import { type Outcome, refusal } from '../outcome.ts'
import { writeContext } from './context.ts'
import { copyFromPatterns } from './copy.ts'
import { createWorktree } from './create.ts'
import { type WorktreeDiff, worktreeDiff } from './diff.ts'
import { ExcludeFile } from './exclude.ts'
import { type GitState, gitState } from './git-state.ts'
import { listWorktrees, worktreeAround, worktreeAt } from './list.ts'
import { mayRemoveWorktree, removeWorktree } from './remove.ts'
import { worktreeStatus } from './status.ts'
import { type SurveyedWorktree, surveyWorktrees } from './survey.ts'
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
  /** The repository's name, when the user gave one (BOTSTER_REPO). */
  readonly repo?: string
  readonly log: Logger
}

/**
 * The worktrees of one repository. Everything runs in git child processes; nothing here touches a directory that was
 * there before, and nothing with work in it goes without `force`. Outside a repository every operation that needs one
 * is refused with code 'no_repository'; git's own failures have code 'git_failed' and git's words.
 */
export class Worktrees {
  readonly #options: WorktreesOptions
  readonly #exclude: ExcludeFile
  /** What is being done with branches, the last of it for each. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: WorktreesOptions) {
    this.#options = options
    this.#exclude = new ExcludeFile(options.root)
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
    return this.#options.repo || detectRepo(this.root)
  }

  /** The last part of {@link detectRepo}, fit for a file name: what keys and directories of agents begin with. */
  async repoName(): Promise<string> {
    return shortName(await this.detectRepo())
  }

  /** The main worktree first. Empty outside a repository, and when git fails (which is logged). */
  async list(): Promise<Worktree[]> {
    const listed = await this.#list()
    if (listed.ok) return listed.value
    if (this.isRepository) this.#options.log.warn({ failure: listed.failure }, 'git cannot list the worktrees')
    return []
  }

  /** The worktree that has a branch checked out. */
  async find(branch: string): Promise<Worktree | undefined> {
    return (await this.list()).find((worktree) => worktree.branch === branch && !worktree.isBare)
  }

  /** The worktree that a path is in (its top or anything below). */
  async containing(path: string): Promise<Worktree | undefined> {
    return worktreeAround(await this.list(), path)
  }

  /**
   * Makes a worktree at `{base}/{repo}-{branch with / → -}`, with a suffix when something is there already.
   * Refused: 'bad_branch', 'branch_in_use' (details.path), 'branch_exists' (with `from`), 'bad_ref', 'no_commits',
   * 'no_directory', 'cancelled'.
   */
  async create(options: CreateWorktree): Promise<Outcome<CreatedWorktree>> {
    if (!this.isRepository) return noRepository(this.root)
    const { root, base } = this
    const repo = await this.detectRepo()
    const place = { root, base, repo: shortName(repo) }
    const created = await this.#inTurn(options.branch, () => createWorktree(place, options))
    if (!created.ok) return created
    const { prompt = null, metadata = {} } = options.context ?? {}
    const context = { repo, branch_name: options.branch, prompt, metadata, created_at: new Date().toISOString() }
    await this.writeContext(created.value.path, context).catch((error) => {
      // The worktree is good without it, and the program in it may not even look.
      this.#options.log.warn({ error, path: created.value.path }, 'the context of a new worktree was not written')
    })
    return created
  }

  /**
   * Writes `.botster/context.json` into a worktree and keeps it out of git's sight.
   * @throws Error when it cannot be written, or the repository put a link in its place.
   */
  async writeContext(path: string, context: Readonly<Record<string, unknown>>): Promise<void> {
    await writeContext(path, context, this.#exclude)
  }

  /** What would be lost with the worktree. Refused: 'not_a_worktree'. */
  async status(path: string): Promise<Outcome<WorktreeStatus>> {
    const listed = await this.#list()
    if (!listed.ok) return listed
    const worktree = await worktreeAt(listed.value, path)
    if (worktree === undefined) return refusal('not_a_worktree', `${path} is no worktree of this repository`)
    return worktreeStatus(worktree)
  }

  /** What the worktree around a path has that its base has not; see {@link worktreeDiff}. Refused: 'not_a_worktree', 'bad_ref'. */
  async diff(
    path: string,
    options: { readonly base?: string; readonly maxBytes: number },
  ): Promise<Outcome<WorktreeDiff>> {
    const worktree = await this.containing(path)
    if (worktree === undefined) return refusal('not_a_worktree', `${path} is in no worktree of this repository`)
    return worktreeDiff({ root: this.root, path: worktree.path, ...options })
  }

  /** What botster's worktrees take, and which of them hold no work. Empty outside a repository. */
  async survey(options: { readonly sizes: boolean }): Promise<SurveyedWorktree[]> {
    return this.isRepository ? surveyWorktrees(this, options) : []
  }

  /** Numbers of changed files and of commits ahead and behind, of the worktree a path is in. Refused: 'git_failed'. */
  async gitState(path: string): Promise<Outcome<GitState>> {
    return this.isRepository ? gitState(path) : noRepository(this.root)
  }

  /** Bytes that are free where new worktrees go; undefined when nothing is there yet. */
  async freeSpace(): Promise<number | undefined> {
    const found = await statfs(this.base).catch(() => undefined)
    return found && found.bavail * found.bsize
  }

  /** Commits of a branch that no other branch, tag or remote holds: newest first, at most 100. */
  async exclusiveCommits(branch: string): Promise<Outcome<Commit[]>> {
    return this.isRepository ? exclusiveCommits(this.root, branch) : noRepository(this.root)
  }

  /**
   * Removes a linked worktree inside the base. One whose directory is gone is only forgotten. Refused: 'not_a_worktree',
   * 'main_worktree', 'outside_base', 'locked', 'uncommitted_work' (details.files), 'unsaved_commits' (details.commits).
   */
  async remove(options: RemoveWorktree): Promise<Outcome<RemovedWorktree>> {
    if (!this.isRepository) return noRepository(this.root)
    const branch = (await this.containing(options.path))?.branch ?? ''
    return this.#inTurn(branch, () => removeWorktree(this, options))
  }

  /**
   * One thing at a time is done with a branch: what is taken back, or deleted, must not be what another one has just
   * checked out.
   */
  #inTurn<T>(branch: string, body: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(branch) ?? Promise.resolve()).then(body)
    const over = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.#turns.get(branch) === over) this.#turns.delete(branch)
      })
    this.#turns.set(branch, over)
    return turn
  }

  /** Whether {@link remove} would go ahead, asked before anything that works there is ended. Refuses what it would. */
  async mayRemove(options: RemoveWorktree): Promise<Outcome<void>> {
    return this.isRepository ? mayRemoveWorktree(this, options) : noRepository(this.root)
  }

  /**
   * Copies what the globs in a file name (one a line, `#` comments, relative to `source`) into `destination`, and lists
   * it in the common exclude file. What exists there already stays. Returns the relative paths copied; a file that
   * cannot be copied is logged and skipped. Refused: 'no_pattern_file'.
   */
  async copyFromPatterns(source: string, destination: string, patternFile: string): Promise<Outcome<string[]>> {
    const { log } = this.#options
    const copied = await copyFromPatterns({ source, destination, patternFile, log })
    if (copied.ok && copied.value.length > 0 && this.isRepository) await this.#exclude.add(copied.value)
    return copied
  }

  async #list(): Promise<Outcome<Worktree[]>> {
    if (!this.isRepository) return noRepository(this.root)
    return listWorktrees(this.root, this.base)
  }
}

function noRepository(root: string) {
  return refusal('no_repository', `${root} is not in a git repository`)
}
