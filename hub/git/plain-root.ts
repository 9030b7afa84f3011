import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A linked worktree of a repository whose directory is `.git`, as `git worktree add` makes it. */
const LINKED = /^gitdir: (\/[^\n]*)\/\.git\/worktrees\/[^/\n]+\n$/
/** In a configuration: what may put the worktree elsewhere, or what may be included from other files. */
const UNUSUAL = /worktree|bare\s*=\s*true|^\s*\[include/im

/**
 * The root that `findRoot` would find, without asking git, for the layouts that nearly everybody has: a `.git` directory,
 * a linked worktree of such a repository, no repository at all. Three gits take 50 ms, which every command would wait
 * for. Undefined whenever anything is unusual (bare, submodule, separate directory, another owner, another file
 * system, a place inside of `.git`): ask git then.
 */
export function plainRoot(cwd: string): string | undefined {
  try {
    const start = realpathSync(cwd)
    const { dev } = statSync(start)
    for (let directory = start; ; directory = dirname(directory)) {
      if (exists(join(directory, 'HEAD')) || stat(directory)?.dev !== dev) return undefined
      const entry = stat(join(directory, '.git'))
      if (entry?.isDirectory()) return isPlain(directory) ? directory : undefined
      if (entry !== undefined) return rootOfLinked(join(directory, '.git'))
      if (directory === '/') return start
    }
  } catch {
    return undefined // git says what is wrong
  }
}

function rootOfLinked(file: string): string | undefined {
  const root = LINKED.exec(readFileSync(file, 'utf8'))?.[1]
  return root !== undefined && realpathSync(root) === root && isPlain(root) ? root : undefined
}

/** Whether it is the main worktree of a repository that git would take, and nothing says that it is elsewhere. */
function isPlain(root: string): boolean {
  const directory = join(root, '.git')
  const isOurs = [root, directory].every((path) => stat(path)?.uid === process.getuid?.())
  const isComplete = ['HEAD', 'objects', 'refs'].every((name) => exists(join(directory, name)))
  return isOurs && isComplete && !UNUSUAL.test(readFileSync(join(directory, 'config'), 'utf8'))
}

function exists(path: string): boolean {
  return stat(path) !== undefined
}

function stat(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
