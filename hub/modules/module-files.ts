import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ResolvedModule } from '../../lua/vm/index.ts'
import { type Outcome, refusal, success } from '../outcome.ts'

/** How long size and time of a file must stand still before it is read: editors write in several steps. */
const SETTLE_MS = 50
/** After this long it is read as it is: something writes it all the time. */
const SETTLE_LIMIT_MS = 2000
/** No script is longer: compiling this much takes a second. */
const MOST_BYTES = 16 << 20

/** Names a module may have: words joined by dots, nothing that leads out of the directory. */
const MODULE_NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/

/** What no repository replaces: the protected core, which could not be taken back, and what is the user's by its name. */
const OWN = /^(hub|user)\./

/** Lua modules on disk: a list of directories, of which the first that has a module wins. */
export class ModuleFiles {
  readonly roots: readonly string[]
  readonly #repository: () => string | undefined

  /** @param repository the repository's own Lua, which comes first: undefined while nobody trusts it */
  constructor(roots: readonly string[], repository: () => string | undefined = () => undefined) {
    this.roots = roots
    this.#repository = repository
  }

  /** Path of the file for a module, "lib.agent" → `{root}/lib/agent.lua` or `{root}/lib/agent/init.lua`. */
  find(name: string): string | undefined {
    if (!MODULE_NAME.test(name)) return undefined
    const relative = name.replaceAll('.', '/')
    const repository = OWN.test(name) ? undefined : this.#repository()
    const roots = repository === undefined ? this.roots : [repository, ...this.roots]
    const paths = roots.flatMap((root) => [join(root, `${relative}.lua`), join(root, relative, 'init.lua')])
    // A link that leads nowhere is a mistake that its author should hear of, when it is loaded.
    return paths.find((path) => existsSync(path)) ?? paths.find(isLink)
  }

  /** For the VM's own `require`. */
  resolve(name: string): ResolvedModule | undefined {
    const path = this.find(name)
    return path === undefined ? undefined : { source: readFileSync(path), path }
  }

  /** Reads a file once it has not changed for a moment. Refused: 'unreadable'. */
  async readSettled(path: string, signal?: AbortSignal): Promise<Outcome<Uint8Array>> {
    try {
      const until = Date.now() + SETTLE_LIMIT_MS
      let before = await stat(path)
      if (!before.isFile()) {
        const what = before.isDirectory() ? 'it is a directory' : 'it is no file'
        return refusal('unreadable', `${path} cannot be read: ${what}`)
      }
      while (Date.now() - before.mtimeMs < SETTLE_MS && Date.now() < until) {
        await delay(SETTLE_MS, undefined, { signal })
        const after = await stat(path)
        const stood = after.size === before.size && after.mtimeMs === before.mtimeMs
        before = after
        if (stood) break
      }
      if (before.size > MOST_BYTES) return refusal('unreadable', `${path} is longer than ${MOST_BYTES} bytes`)
      return success(await readFile(path, { signal }))
    } catch (error) {
      if (signal?.aborted) throw error
      return refusal('unreadable', `${path} cannot be read: ${(error as Error).message}`)
    }
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false // on the way there is a file, or nothing
  }
}
