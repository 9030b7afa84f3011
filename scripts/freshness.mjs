// Decides what of a checkout is out of date. Plain JavaScript for Node 20: it runs before anything is installed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE_FOLDERS = ['bin', 'hub', 'lua', 'protocol', 'screen', 'scripts', 'tui']
const SOURCE_FILES = ['package-lock.json', 'package.json', 'tsconfig.json']
const SOURCE_NAME = /\.(ts|tsx|mjs|json)$/

const INSTALLED = 'node_modules/.package-lock.json'
const NOTE = 'node_modules/.botster-installed'

/**
 * Whether node_modules is missing or was installed from another lockfile than the present one. One that is newer and says
 * the same (as after switching branches to and fro) is no reason to take away what running hubs use.
 */
export function modulesAreStale(root) {
  if (!existsSync(join(root, INSTALLED))) return true
  if (changed(join(root, INSTALLED)) >= changed(join(root, 'package-lock.json'))) return false
  return !existsSync(join(root, NOTE)) || readFileSync(join(root, NOTE), 'utf8') !== installation(root)
}

/** To be called once npm has installed what the lockfile says. */
export function noteInstalled(root) {
  writeFileSync(join(root, NOTE), installation(root))
}

/** What the lockfile wants, and that nobody has installed anything else since. The root's own entry installs nothing. */
function installation(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { '': _, ...wanted } = packages
  const hash = createHash('sha256').update(JSON.stringify(wanted)).digest('hex')
  return `${hash} ${changed(join(root, INSTALLED))}\n`
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
