/** Directories: their entries, making them, and removing them with all they hold. */
import { lstatSync, mkdirSync, opendirSync, rmdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { UnusablePath } from './failures.ts'
import { type BytePath, forSystem } from './paths.ts'
import { pinDirectory } from './pinned.ts'
import type { Place } from './place.ts'

/** Entries that are dealt with before others get their turn: a few milliseconds. */
const ENTRIES_PER_TURN = 500

/** Names in a directory, sorted; a Promise when there are many and the caller can wait. */
export function entriesOf(path: BytePath, canWait: boolean): Buffer[] | Promise<Buffer[]> {
  const names: BytePath[] = []
  const directory = opendirSync(forSystem(path) as unknown as string, { encoding: 'latin1' as BufferEncoding })
  const more = (): boolean => {
    for (let i = 0; i < ENTRIES_PER_TURN; i++) {
      const entry = directory.readSync()
      if (entry === null) return false
      names.push(entry.name)
    }
    return true
  }
  const sorted = () => names.sort().map(forSystem)
  const later = async () => {
    try {
      do await nextTurn()
      while (more())
      return sorted()
    } finally {
      directory.closeSync()
    }
  }
  let isLater = false
  try {
    let goesOn = more()
    isLater = goesOn && canWait
    if (isLater) return later()
    while (goesOn) goesOn = more()
    return sorted()
  } finally {
    if (!isLater) directory.closeSync()
  }
}

/** Makes a directory and its parents. Fine when it is there already. Throws system errors. */
export function makeDirectory({ path, follow }: Place): void {
  try {
    mkdirSync(forSystem(path), { recursive: follow })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (!(follow ? statSync : lstatSync)(forSystem(path)).isDirectory()) throw error
  }
}

/**
 * Removes a directory with all it holds. Never follows a link, also when somebody puts one in the place of a directory
 * meanwhile. With a signal it returns a Promise, lets others have their turn, and stops when aborted. Throws system errors;
 * what is left then is a part.
 */
export function removeTree(path: BytePath, signal: AbortSignal | undefined): void | Promise<void> {
  if (path === '/') throw new UnusablePath('it is the root of the file system')
  if (!lstatSync(forSystem(path)).isDirectory()) throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' })
  const steps = removal(path)
  if (signal !== undefined) return inTurns(steps, signal)
  for (const _ of steps);
}

async function inTurns(steps: Iterable<void>, signal: AbortSignal): Promise<void> {
  let count = 0
  for (const _ of steps) if (++count % ENTRIES_PER_TURN === 0) await nextTurn(undefined, { signal })
}

/** One step for each entry. */
function* removal(path: BytePath): Generator<void> {
  const pinned = pinDirectory(path)
  try {
    for (const name of entriesOf(pinned.path, false) as Buffer[]) {
      const entry = join(pinned.path, name.toString('latin1'))
      if (lstatSync(forSystem(entry)).isDirectory()) yield* removal(entry)
      else unlinkSync(forSystem(entry))
      yield
    }
  } finally {
    pinned.close()
  }
  rmdirSync(forSystem(path))
}
