/** Reading a file whole. */
import { closeSync, constants, fstatSync, openSync, readFile, readFileSync, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import { UnusablePath } from './failures.ts'
import { type BytePath, forSystem } from './paths.ts'

/** Bytes up to which the event loop is held for a file: well under a millisecond when the system has it in memory. */
export const AT_ONCE_BYTES = 256 << 10
/** Bytes of a file that may be read whole: Lua's memory is limited, and a script that wants more reads in pieces with io. */
const MOST_BYTES = 64 << 20

const readLater = promisify(readFile)

export interface ReadOptions {
  /** Whether a large file may be waited for. */
  readonly canWait: boolean
  /** Refuse a symbolic link as the last part of the path. */
  readonly noFollow?: boolean
}

/** The bytes of a file; a Promise when it is large and the caller can wait. Throws system errors and UnusablePath. */
export function readWhole(path: BytePath, { canWait, noFollow }: ReadOptions): Uint8Array | Promise<Uint8Array> {
  const fd = openRegular(path, noFollow)
  let isLater = false
  try {
    if (canWait && fstatSync(fd).size > AT_ONCE_BYTES) {
      isLater = true
      return readLater(fd).finally(() => closeSync(fd))
    }
    return readFileSync(fd)
  } finally {
    if (!isLater) closeSync(fd)
  }
}

/** Opens a file for reading and makes sure that it is one: reading a pipe or a device might never end. */
export function openRegular(path: BytePath, noFollow = false, mostBytes = MOST_BYTES): number {
  // Without NONBLOCK, opening a pipe that nobody writes to would stop the process.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (noFollow ? constants.O_NOFOLLOW : 0)
  const fd = openSync(forSystem(path), flags)
  try {
    checkRegular(fstatSync(fd), mostBytes)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function checkRegular(stats: Stats, mostBytes: number): void {
  if (stats.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' })
  if (!stats.isFile()) throw new UnusablePath('it is a pipe or a device and not a file', 'not_a_file')
  if (stats.size > mostBytes) {
    const megabytes = (bytes: number) => `${Math.round(bytes / (1 << 20))} MB`
    throw new UnusablePath(
      `its ${megabytes(stats.size)} are too much to read at once (at most ${megabytes(mostBytes)}): use io.open`,
      'too_large',
    )
  }
}
