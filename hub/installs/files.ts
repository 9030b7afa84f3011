import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Outcome, refusal, success } from '../outcome.ts'

/** More than this is no plugin but somebody's whole project. */
const MOST_FILES = 1000
const MOST_BYTES = 20 << 20
/** What is never part of a plugin. */
const LEFT_OUT = new Set(['.git', 'node_modules', '.DS_Store'])

export interface SourceFile {
  /** Below the directory, with `/`. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly executable: boolean
}

/**
 * The regular files below a directory, sorted by path. Refused: 'unreadable', 'link' (a symbolic link could bring in what
 * nobody looked at), 'too_large'.
 */
export function readTree(directory: string): Outcome<SourceFile[]> {
  const files: SourceFile[] = []
  let bytes = 0
  const visit = (relative: string): Outcome<SourceFile[]> => {
    for (const name of readdirSync(join(directory, relative)).sort()) {
      if (LEFT_OUT.has(name)) continue
      const path = relative === '' ? name : `${relative}/${name}`
      const stats = lstatSync(join(directory, path))
      if (stats.isDirectory()) {
        const below = visit(path)
        if (!below.ok) return below
      } else if (stats.isFile()) {
        bytes += stats.size
        if (files.length >= MOST_FILES || bytes > MOST_BYTES) return tooLarge(directory)
        const content = readFileSync(join(directory, path))
        files.push({ path, bytes: content, executable: (stats.mode & 0o100) !== 0 })
      } else {
        const what = stats.isSymbolicLink() ? 'a symbolic link' : 'no file and no directory'
        return refusal('link', `${join(directory, path)} is ${what}: only files are installed`)
      }
    }
    return success(files)
  }
  try {
    return visit('')
  } catch (error) {
    return refusal('unreadable', `${directory} cannot be read: ${(error as Error).message}`)
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function tooLarge(directory: string): Outcome<never> {
  return refusal(
    'too_large',
    `${directory} has more than ${MOST_FILES} files or ${MOST_BYTES >> 20} MB: no plugin does`,
  )
}
