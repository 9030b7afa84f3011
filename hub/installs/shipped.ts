import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../protocol/paths.ts'
import { botsterVersion } from '../../protocol/version.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { readTree, sha256 } from './files.ts'
import { conflicts, install } from './install.ts'
import { ownLua } from './own-place.ts'
import { findInstalled } from './record.ts'

/** Of lua/, what is not behaviour. */
const NO_BEHAVIOUR = /^types\//

/** A shipped Lua file, by its path below lua/: `ui/layout.lua`. */
export interface ShippedFile {
  readonly path: string
  /** The absolute path of the shipped one. */
  readonly shipped: string
  /** Where the user's own version goes. */
  readonly own: string
  readonly state: 'shipped' | 'same' | 'changed'
  /** Whether the shipped one is another than the one the user's was made from; undefined when that is not known. */
  readonly isOutdated: boolean | undefined
}

/** The Lua that may be replaced by a file of the same name in the user's directory, and where the user has done so. */
export function shippedFiles(env: NodeJS.ProcessEnv = process.env): ShippedFile[] {
  const root = join(packageRoot(), 'lua')
  const mine = ownLua(env)
  const tree = readTree(root)
  if (!tree.ok) throw new Error(`${tree.failure.message}: the installation is incomplete`)
  return tree.value
    .filter(({ path }) => path.endsWith('.lua') && !NO_BEHAVIOUR.test(path))
    .map(({ path, bytes }) => {
      const target = `${mine.prefix}${path}`
      const own = join(mine.root, target)
      const base = findInstalled(mine.root, 'eject', path)?.files[target]
      return {
        path,
        shipped: join(root, path),
        own,
        state: stateOf(own, bytes),
        isOutdated: base === undefined ? undefined : base !== sha256(bytes),
      }
    })
}

/**
 * Copies a shipped file to the user's directory, where it counts instead. Refused: 'no_file' with the names that come
 * near, 'exists'.
 */
export function eject(path: string, env: NodeJS.ProcessEnv = process.env): Outcome<ShippedFile> {
  const files = shippedFiles(env)
  const file = files.find((candidate) => candidate.path === path || `lua/${candidate.path}` === path)
  if (file === undefined) {
    const near = files
      .filter((candidate) => candidate.path.includes(path.replace(/\.lua$/, '')))
      .map((near) => near.path)
    const hint = near.length > 0 ? `: perhaps ${near.join(', ')}` : ''
    return refusal('no_file', `botster ships no file '${path}'${hint}`)
  }
  const { root, prefix } = ownLua(env)
  const target = `${prefix}${file.path}`
  const installation = {
    kind: 'eject' as const,
    name: file.path,
    source: `botster ${botsterVersion()}`,
    files: [{ path: target, bytes: readFileSync(file.shipped), executable: false }],
  }
  if (conflicts(root, installation).length > 0) {
    return refusal('exists', `${file.own} is there already, and nothing is overwritten`)
  }
  const outcome = install(root, installation)
  return outcome.ok ? success({ ...file, state: 'same', isOutdated: false }) : outcome
}

function stateOf(own: string, shipped: Uint8Array): ShippedFile['state'] {
  if (!existsSync(own)) return 'shipped'
  return Buffer.from(shipped).equals(readFileSync(own)) ? 'same' : 'changed'
}
