import { isAbsolute } from 'node:path'
import { plainRoot } from '../hub/git/plain-root.ts'
import { type HubPaths, hubId, hubPaths } from '../protocol/paths.ts'

/** Which hub a command is about, and where its files are. */
export interface Place {
  /** Real path of the main worktree; outside a repository, of the directory. */
  readonly root: string
  readonly paths: HubPaths
}

/**
 * The hub of `cwd`: one a repository, also from inside an agent's worktree. BOTSTER_HUB_ID wins (botster sets it in
 * every session it starts, so that an agent finds its own hub from anywhere); BOTSTER_REPO, when it is a path, stands for
 * the directory.
 * @throws Error when git refuses to look, or when the socket paths would be too long for the platform.
 */
export async function findPlace(cwd: string = process.cwd(), env: NodeJS.ProcessEnv = process.env): Promise<Place> {
  const { BOTSTER_REPO: repository = '' } = env
  const directory = isAbsolute(repository) ? repository : cwd
  const root = plainRoot(directory) ?? (await rootByGit(directory))
  return { root, paths: hubPaths(env.BOTSTER_HUB_ID || hubId(root), env) }
}

/** Loaded only where it is needed: it brings what runs programs with it. */
async function rootByGit(directory: string): Promise<string> {
  const { findRoot } = await import('../hub/git/root.ts')
  return (await findRoot(directory)).root
}
