/** Replacing a file at once: what is new is written beside it and takes its place when it is whole. */
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UnusablePath } from './failures.ts'
import { type BytePath, forSystem } from './paths.ts'

/** Links that lead to a file one after the other, before they are taken for a circle. */
const MOST_LINKS = 40

/** A file in the making. Whoever asked for it writes `temporary`, dresses it, and then calls `publish`, or `discard`. */
export interface Draft {
  /** Beside the target, so that renaming stays in one file system. Does not exist yet. */
  readonly temporary: BytePath
  readonly target: BytePath
  /** The file that will be replaced. */
  readonly replaces: Stats | undefined
}

export interface DraftOptions {
  /** Write to where a symbolic link leads instead of replacing the link. @default true */
  readonly follow?: boolean
}

/** Prepares to replace `path`: makes its parents, refuses what is no file or not ours to write. Throws system errors. */
export function prepareDraft(path: BytePath, { follow = true }: DraftOptions = {}): Draft {
  const { target, stats } = follow ? endOfLinks(path) : { target: path, stats: look(path) }
  if (stats?.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' })
  if (stats !== undefined && !stats.isFile()) {
    throw new UnusablePath('it is a link, a pipe or a device and not a file', 'not_a_file')
  }
  // A rename asks only the directory for permission.
  if (stats !== undefined) accessSync(forSystem(target), constants.W_OK)
  else mkdirSync(forSystem(dirname(target)), { recursive: true })
  const temporary = join(dirname(target), `.botster-${randomBytes(8).toString('hex')}.tmp`)
  return { temporary, target, replaces: stats }
}

/** Gives the file being written, open as `fd`, the mode and owner of the one it replaces, or else this mode. */
export function dress({ replaces }: Draft, fd: number, mode?: number): void {
  const wanted = replaces === undefined ? mode : replaces.mode
  if (wanted !== undefined) fchmodSync(fd, wanted & 0o7777)
  // Only the superuser can give files away: for others it stays theirs, as with every editor.
  if (replaces !== undefined && process.getuid?.() === 0) fchownSync(fd, replaces.uid, replaces.gid)
}

/** Puts the written file in its place. */
export function publish({ temporary, target }: Draft): void {
  renameSync(forSystem(temporary), forSystem(target))
}

export function discard({ temporary }: Draft): void {
  try {
    unlinkSync(forSystem(temporary))
  } catch {
    // It was never made.
  }
}

function endOfLinks(path: BytePath): { target: BytePath; stats: Stats | undefined } {
  for (let links = 0; links <= MOST_LINKS; links++) {
    const stats = look(path)
    if (!stats?.isSymbolicLink()) return { target: path, stats }
    path = resolve(dirname(path), readlinkSync(forSystem(path), 'latin1'))
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' })
}

function look(path: BytePath): Stats | undefined {
  return lstatSync(forSystem(path), { throwIfNoEntry: false })
}
