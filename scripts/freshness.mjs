// Decides what of a checkout is out of date. Plain JavaScript for Node 20: it runs before anything is installed.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE_FOLDERS = ['bin', 'hub', 'lua', 'protocol', 'screen', 'scripts', 'tui']
const SOURCE_FILES = ['package-lock.json', 'package.json', 'tsconfig.json']
const SOURCE_NAME = /\.(ts|tsx|mjs|json)$/

/** Whether node_modules is missing or was installed from another lockfile than the present one. */
export function modulesAreStale(root) {
  return changed(join(root, 'node_modules/.package-lock.json')) < changed(join(root, 'package-lock.json'))
}

/** Whether a source file is newer than the last build. */
export function bundlesAreStale(root) {
  const built = changed(join(root, 'dist/.built'))
  return built === 0 || newestSource(root) > built
}

/** Whether botster runs on this Node (ink needs 22; node:sqlite without a flag needs 22.13). */
export function nodeIsSupported(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 22)
}

function newestSource(root) {
  const inFolders = SOURCE_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }),
  )
    .filter((entry) => entry.isFile() && SOURCE_NAME.test(entry.name))
    .map((entry) => changed(join(entry.parentPath ?? entry.path, entry.name)))
  return Math.max(...inFolders, ...SOURCE_FILES.map((file) => changed(join(root, file))))
}

function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
