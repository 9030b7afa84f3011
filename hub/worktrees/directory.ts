import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Outcome, refusal, success } from '../outcome.ts'

/** Bytes of a directory's name: file systems take 255, and build tools below it want paths to stay short. */
const MAX_NAME_BYTES = 120

/** `{repo}-{branch with / → -}`: the directory of a worktree and the first choice for its agent's key. */
export function worktreeName(repo: string, branch: string): string {
  return clip(`${repo}-${branch.replaceAll('/', '-')}`)
}

/**
 * Makes the directory `name` in `base`, or `name-2`, `name-3` … when there is something already or `isTaken` says so,
 * and returns its path. That it was made here is the proof that nobody else's is used. Fails with `no_directory` when
 * none can be made there: the disk is full, or `base` is not writable or a file.
 */
export async function claimDirectory(
  base: string,
  name: string,
  isTaken: (path: string) => boolean,
): Promise<Outcome<string>> {
  try {
    await mkdir(base, { recursive: true })
    for (let number = 1; ; number++) {
      const path = join(base, number === 1 ? name : `${name}-${number}`)
      if (!isTaken(path) && (await makeNew(path))) return success(path)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return refusal('no_directory', `no directory for a worktree can be made in ${base}: ${message}`)
  }
}

/** False when there is something already. */
async function makeNew(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Cut between characters, never within one. */
function clip(name: string): string {
  let clipped = ''
  let bytes = 0
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > MAX_NAME_BYTES) break
    clipped += character
  }
  return clipped
}
