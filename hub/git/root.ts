import { realpath } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { chomp, runGit } from './run.ts'

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
export async function findRoot(cwd: string): Promise<Root> {
  const directory = await realpath(cwd)
  // One question a call: with several in one, a path with a line end could not be told from two.
  const [common, own, top] = await Promise.all([
    revParse(directory, '--git-common-dir'),
    revParse(directory, '--absolute-git-dir'),
    revParse(directory, '--show-toplevel'),
  ])
  if (common === undefined || own === undefined) return { root: directory, isRepository: false, currentWorktree: null }
  const commonDirectory = await realpath(resolve(directory, common))
  const isLinked = (await realpath(own)) !== commonDirectory
  const currentWorktree = top === undefined ? null : await realpath(top)
  const root = isLinked || currentWorktree === null ? await mainWorktree(commonDirectory) : currentWorktree
  return { root, isRepository: true, currentWorktree }
}

/**
 * The main worktree of a repository directory. `core.worktree` names it for submodules and separate git directories;
 * otherwise it is around `.git`; a bare repository has none and stands for itself.
 */
async function mainWorktree(commonDirectory: string): Promise<string> {
  const configured = await configValue(commonDirectory, 'core.worktree')
  if (configured !== undefined) return realpath(resolve(commonDirectory, configured))
  const isBare = (await configValue(commonDirectory, 'core.bare')) === 'true'
  return !isBare && basename(commonDirectory) === '.git' ? dirname(commonDirectory) : commonDirectory
}

/** The answer; undefined outside a repository, and for --show-toplevel where there is no worktree. */
async function revParse(cwd: string, question: string): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await runGit(['rev-parse', question], { cwd })
  if (exitCode === 0) return chomp(stdout)
  const isExpected = /not a git repository|must be run in a work tree/.test(stderr) || exitCode === 127
  if (!isExpected) throw new Error(`git cannot look at ${cwd}: ${stderr}`)
  return undefined
}

async function configValue(gitDirectory: string, name: string): Promise<string | undefined> {
  const { exitCode, stdout } = await runGit(['--git-dir', gitDirectory, 'config', '-z', '--get', name], {
    cwd: gitDirectory,
  })
  return exitCode === 0 ? stdout.slice(0, -1) : undefined
}
