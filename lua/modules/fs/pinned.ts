/**
 * A place below a directory that cannot be moved from under us: between looking and using, somebody may put a link where a
 * directory was. On Linux every directory on the way is opened without following links, and the last one stays open while
 * the place is used through it (`/proc/self/fd/N/name`). Elsewhere the path is checked just before it is used.
 */
import { closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { UnusablePath } from './failures.ts'
import { type BytePath, forSystem } from './paths.ts'
import { type Below, pathOf, resolveBelow } from './resolve.ts'

const OPEN_DIRECTORIES = '/proc/self/fd'
/** Times the way is looked up again when somebody changed it meanwhile. */
const TRIES = 16
const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export interface Pinned {
  /** To be used without following a link at its end. */
  readonly path: BytePath
  /** The directory itself was meant, which must not be replaced or removed. */
  readonly isRoot: boolean
  close(): void
}

export interface PinOptions {
  /** Make the directories on the way. @default false */
  readonly makeParents?: boolean
}

/** Whether directories can be pinned here; elsewhere there is a moment in which they can be replaced. */
export function canPin(): boolean {
  return process.platform === 'linux' && existsSync(OPEN_DIRECTORIES)
}

/** Throws UnusablePath for a path that leads out of the root, and system errors. */
export function pin(root: BytePath, relative: BytePath, { makeParents = false }: PinOptions = {}): Pinned {
  for (let attempt = 1; ; attempt++) {
    const below = resolveBelow(root, relative)
    if (!canPin()) return unpinned(below, makeParents)
    try {
      return walk(below, makeParents)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // A part that has become a link, or a file, since it was looked at.
      if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error
      if (attempt === TRIES) {
        if (code === 'ENOTDIR') throw error
        throw new UnusablePath('somebody keeps changing the path while it is used', 'unsafe')
      }
    }
  }
}

/** A directory that stays the same one while it is used. Throws when the path ends in a link. */
export function pinDirectory(path: BytePath): Pick<Pinned, 'path' | 'close'> {
  if (!canPin()) return { path, close: () => undefined }
  const fd = openSync(forSystem(path), DIRECTORY)
  return { path: below(fd, '.'), close: () => closeSync(fd) }
}

function walk({ root, names }: Below, makeParents: boolean): Pinned {
  let fd = openSync(forSystem(root), DIRECTORY)
  const close = () => closeSync(fd)
  try {
    for (const name of names.slice(0, -1)) {
      const next = openBelow(fd, name, makeParents)
      closeSync(fd)
      fd = next
    }
  } catch (error) {
    close()
    throw error
  }
  return { path: below(fd, names.at(-1) ?? '.'), isRoot: names.length === 0, close }
}

function openBelow(fd: number, name: string, make: boolean): number {
  const path = forSystem(below(fd, name))
  try {
    return openSync(path, DIRECTORY)
  } catch (error) {
    if (!make || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  try {
    mkdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return openSync(path, DIRECTORY)
}

function below(fd: number, name: string): BytePath {
  return `${OPEN_DIRECTORIES}/${fd}/${name}`
}

function unpinned(place: Below, makeParents: boolean): Pinned {
  if (makeParents) mkdirSync(forSystem(join(place.root, ...place.names.slice(0, -1))), { recursive: true })
  return { path: pathOf(place), isRoot: place.names.length === 0, close: () => undefined }
}
