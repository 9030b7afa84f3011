/** Paths that must stay below a directory, whatever they say and whatever links there are. */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UnusablePath } from './failures.ts'
import { type BytePath, forSystem } from './paths.ts'

/** Links followed on one way, before they are taken for a circle. */
const MOST_LINKS = 40

/** A place below a directory, without any link in it at the time of asking. */
export interface Below {
  /** Real path of the directory. */
  readonly root: BytePath
  /** Names from there on; none for the directory itself. The last ones need not exist. */
  readonly names: readonly string[]
}

/**
 * Follows `relative` below `root`. Throws UnusablePath when it is absolute, has a `..` or a NUL in it, or a link on the way
 * leads out of the root; system errors when the root is missing or links lead in a circle.
 */
export function resolveBelow(root: BytePath, relative: BytePath): Below {
  if (relative.includes('\0')) throw new UnusablePath('the path contains a NUL byte', 'unsafe')
  if (relative.startsWith('/')) throw new UnusablePath('an absolute path leads out of the directory', 'unsafe')
  const asked = relative.split('/')
  if (asked.includes('..')) throw new UnusablePath("the path contains '..'", 'unsafe')
  const real = realpathSync(forSystem(root), 'latin1') as unknown as BytePath
  if (!statSync(forSystem(real)).isDirectory()) throw Object.assign(new Error('a file'), { code: 'ENOTDIR' })
  return { root: real, names: follow(real, asked) }
}

/** The path itself. */
export function pathOf({ root, names }: Below): BytePath {
  return join(root, ...names)
}

function follow(root: BytePath, asked: readonly string[]): string[] {
  const names: string[] = []
  const left = [...asked]
  let links = 0
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      // Only a link's target can say so.
      if (names.pop() === undefined) throw leadsOut()
      continue
    }
    const target = linkTarget(join(root, ...names, name))
    if (target === undefined) {
      names.push(name)
      continue
    }
    if (++links > MOST_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP' })
    if (target.startsWith('/')) {
      left.unshift(...insideOf(root, target))
      names.length = 0
    } else left.unshift(...target.split('/'))
  }
  return names
}

/** The rest of an absolute link target below the root. */
function insideOf(root: BytePath, target: BytePath): string[] {
  const prefix = root === '/' ? '/' : `${root}/`
  if (target === root) return []
  if (!target.startsWith(prefix)) throw leadsOut()
  return target.slice(prefix.length).split('/')
}

function linkTarget(path: BytePath): BytePath | undefined {
  // A part that is a file has nothing below it: whoever uses the path learns that.
  const stats = lstatSync(forSystem(path), { throwIfNoEntry: false })
  return stats?.isSymbolicLink() ? readlinkSync(forSystem(path), 'latin1') : undefined
}

function leadsOut(): UnusablePath {
  return new UnusablePath('a symbolic link leads out of the directory', 'unsafe')
}
