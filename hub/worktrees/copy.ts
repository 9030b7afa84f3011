import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, readFile, realpath, stat, symlink } from 'node:fs/promises'
import { dirname, join, matchesGlob } from 'node:path'
import type { Logger } from 'pino'
import { type Outcome, refusal, success } from '../outcome.ts'

export interface CopyOptions {
  readonly source: string
  readonly destination: string
  readonly patternFile: string
  readonly log: Logger
}

/**
 * Copies what the patterns in a file name, ignored files too. Patterns are globs against the path relative to
 * `source`; one that names a directory means all in it; as in a shell, `*` takes no leading dot. `.git` is never
 * copied and directories that no pattern can reach are not read. Returns the paths copied; what exists in
 * `destination` stays as it is.
 */
export async function copyFromPatterns(options: CopyOptions): Promise<Outcome<string[]>> {
  const { source, destination, patternFile, log } = options
  const text = await readFile(patternFile, 'utf8').catch(() => undefined)
  if (text === undefined) return refusal('no_pattern_file', `${patternFile} cannot be read`)
  const patterns = parsePatterns(text)
  const copied: string[] = []
  for await (const path of matchingFiles(source, patterns, log)) {
    try {
      if (await copyInto(source, destination, path)) copied.push(path)
    } catch (error) {
      log.warn({ path, error }, 'a file named for new worktrees could not be copied')
    }
  }
  return success(copied)
}

/** One a line; `#` starts a comment; `./x`, `/x` and `x/` mean x. */
export function parsePatterns(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/^(\.?\/)+/, '').replace(/\/+$/, ''))
    .filter((line) => line !== '' && !line.split('/').includes('..'))
}

async function* matchingFiles(source: string, patterns: readonly string[], log: Logger): AsyncGenerator<string> {
  const pending = [{ path: '', isWhole: false }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path: parent, isWhole } = next
    const entries = await readdir(join(source, parent), { withFileTypes: true }).catch((error) => {
      log.warn({ path: parent, error }, 'a directory could not be read for a new worktree')
      return []
    })
    for (const entry of entries) {
      if (entry.name === '.git') continue
      const path = parent === '' ? entry.name : `${parent}/${entry.name}`
      const matches = isWhole || patterns.some((pattern) => matchesGlob(path, pattern))
      if (!entry.isDirectory()) {
        if (matches && (entry.isFile() || entry.isSymbolicLink())) yield path
      } else if (matches || patterns.some((pattern) => canReachInto(pattern, path))) {
        pending.push({ path, isWhole: matches })
      }
    }
  }
}

/** Whether something below the directory could match: its segments match the pattern's first ones. */
export function canReachInto(pattern: string, directory: string): boolean {
  const wanted = pattern.split('/')
  for (const [index, segment] of directory.split('/').entries()) {
    const glob = wanted[index]
    if (glob === undefined) return false
    if (glob.includes('**') || glob.includes('{')) return true // a brace may hold a slash
    if (!matchesGlob(segment, glob)) return false
  }
  return wanted.length > directory.split('/').length
}

/** False when there is something already. Throws for what cannot be copied. */
async function copyInto(source: string, destination: string, path: string): Promise<boolean> {
  await makeParents(destination, dirname(path))
  const from = join(source, path)
  const to = join(destination, path)
  try {
    // A link to a file becomes a copy: a relative one would lead nowhere from the worktree.
    if ((await stat(from)).isDirectory()) await symlink(await realpath(from), to)
    else await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Makes the directories on the way, through none that is a link: the repository could point it anywhere. */
async function makeParents(destination: string, relativeDirectory: string): Promise<void> {
  let directory = destination
  for (const segment of relativeDirectory.split('/')) {
    directory = join(directory, segment)
    await mkdir(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (!(await lstat(directory)).isDirectory()) throw new Error(`${directory} is not a directory`)
  }
}
