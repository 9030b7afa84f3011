import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Outcome, refusal, success } from '../outcome.ts'
import { readTree, sha256 } from './files.ts'
import { type Installed, removeInstalled } from './record.ts'

/** Files that a message names: those of any plugin or template of an ordinary size. */
const MOST_NAMED = 20

/**
 * Files that would be lost: of an item's, those that differ from what was written; and, when `directory` is given, those
 * in it that were never written. Paths below the user's directory.
 */
export function ownWork(userDirectory: string, item: Installed | undefined, directory?: string): string[] {
  const hashes = item?.files ?? {}
  const changed = Object.entries(hashes)
    .filter(([path, hash]) => existsSync(join(userDirectory, path)) && hashOf(join(userDirectory, path)) !== hash)
    .map(([path]) => path)
  if (directory === undefined) return changed
  const tree = readTree(join(userDirectory, directory))
  const there = tree.ok ? tree.value.map(({ path }) => `${directory}/${path}`) : [directory]
  return [...changed, ...there.filter((path) => hashes[path] === undefined)]
}

/** Files by name, as many as a message can bear. */
export function named(files: readonly string[]): string {
  const more = files.length - MOST_NAMED
  return files.slice(0, MOST_NAMED).join(', ') + (more > 0 ? `, and ${more} more` : '')
}

/**
 * Removes an item's files and its record, or with `directory` all that is in there. Refused: 'changed', with the files in
 * its details, when its user's work would be lost and `force` does not say so.
 */
export function uninstall(
  userDirectory: string,
  item: Installed | undefined,
  { force, directory }: { readonly force: boolean; readonly directory?: string },
): Outcome<string[]> {
  const lost = ownWork(userDirectory, item, directory)
  if (lost.length > 0 && !force) {
    return refusal('changed', `these are yours or were changed since: ${named(lost)}`, { files: lost })
  }
  const paths = Object.keys(item?.files ?? {}).filter((path) => existsSync(join(userDirectory, path)))
  // What makes it a plugin goes first, so that no hub loads the rest.
  for (const path of paths.toSorted((a, b) => Number(b.endsWith('init.lua')) - Number(a.endsWith('init.lua')))) {
    rmSync(join(userDirectory, path))
  }
  if (directory !== undefined) rmSync(join(userDirectory, directory), { recursive: true, force: true })
  for (const path of paths) removeEmptyParents(userDirectory, path)
  if (item !== undefined) removeInstalled(userDirectory, item)
  return success(directory === undefined ? paths : [directory])
}

function hashOf(path: string): string | undefined {
  try {
    return sha256(readFileSync(path))
  } catch {
    return undefined // not readable: not what we wrote
  }
}

function removeEmptyParents(userDirectory: string, path: string): void {
  for (let at = dirname(join(userDirectory, path)); relative(userDirectory, at) !== ''; at = dirname(at)) {
    if (!existsSync(at)) continue
    if (readdirSync(at).length > 0) return
    rmdirSync(at)
  }
}
