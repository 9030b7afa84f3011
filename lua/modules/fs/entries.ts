/** Single entries of directories: looking at one, moving it, removing it. */
import { lstatSync, mkdirSync, renameSync, rmdirSync, type Stats, statSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { forSystem } from './paths.ts'
import type { Place } from './place.ts'

/** As `fs.stat` gives it: see the type FileStat. */
export interface FileStat {
  readonly exists: boolean
  readonly type?: 'file' | 'dir' | 'other'
  readonly size?: number
  /** Seconds since 1970. */
  readonly modified?: number
  readonly mode?: number
  readonly is_dir: boolean
  readonly is_file: boolean
}

/** What is at a place. Throws system errors, for a missing entry only with `mustExist`. */
export function look({ path, follow }: Place, { mustExist = false } = {}): FileStat {
  let stats: Stats
  try {
    // What must exist to be moved may be a link that leads nowhere.
    stats = (follow && !mustExist ? statSync : lstatSync)(forSystem(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (mustExist || (code !== 'ENOENT' && code !== 'ENOTDIR')) throw error
    return { exists: false, is_dir: false, is_file: false }
  }
  const [isDirectory, isFile] = [stats.isDirectory(), stats.isFile()]
  return {
    exists: true,
    type: isDirectory ? 'dir' : isFile ? 'file' : 'other',
    size: stats.size,
    modified: stats.mtimeMs / 1000,
    mode: stats.mode & 0o7777,
    is_dir: isDirectory,
    is_file: isFile,
  }
}

/** Moves an entry; the parents of a place outside of any confinement are made. Throws system errors. */
export function move(from: Place, to: Place): void {
  if (to.follow) mkdirSync(forSystem(dirname(to.path)), { recursive: true })
  renameSync(forSystem(from.path), forSystem(to.path))
}

/** Removes a file, a link, or an empty directory. Throws system errors. */
export function remove({ path }: Pick<Place, 'path'>): void {
  const isDirectory = lstatSync(forSystem(path)).isDirectory()
  if (isDirectory) rmdirSync(forSystem(path))
  else unlinkSync(forSystem(path))
}
