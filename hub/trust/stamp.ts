import { createHash, type Hash } from 'node:crypto'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isNoPart, MAX_ENTRIES } from './layer.ts'

/**
 * What a layer looks like from outside: the same as long as nobody changed a file, its mode or its name. Follows no
 * link and reads no file, so that it can be asked for all the time. Nothing may be trusted for the sake of it.
 */
export async function stampOf(directory: string): Promise<string> {
  const hash = createHash('sha256')
  await add(hash, directory, '', { left: MAX_ENTRIES })
  return hash.digest('hex')
}

async function add(hash: Hash, directory: string, path: string, entries: { left: number }): Promise<void> {
  const stats = await lstat(join(directory, path), { bigint: true }).catch(() => undefined)
  // The time of a directory says nothing that the names in it do not say, and changes with files that are no part.
  const what = stats?.isDirectory()
    ? '/'
    : stats && `${stats.dev}:${stats.ino}:${stats.mode}:${stats.size}:${stats.ctimeNs}`
  hash.update(JSON.stringify([path, what]))
  if (!stats?.isDirectory()) return
  const names = await readdir(join(directory, path)).catch(() => [])
  for (const name of names.sort()) {
    const below = path === '' ? name : `${path}/${name}`
    if (isNoPart(below)) continue
    if (entries.left-- <= 0) return
    await add(hash, directory, below, entries)
  }
}
