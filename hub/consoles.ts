import { LuaConsole } from '../lua/console/console.ts'
import { Outbox, type OutboxOptions } from '../lua/console/outbox.ts'
import type { LuaErrorReport, LuaModule, LuaVmApi } from '../lua/vm/index.ts'
import { HUB_OWNER } from './modules/callbacks.ts'

/** Removes what an owner registered, also with the hub's own registries, which are Lua's (lua/hub/transaction.lua). */
const RELEASE = `
local transaction = package.loaded['hub.transaction']
if transaction then transaction.release(...) else owners.release(...) end
`
/** Milliseconds that may take. */
const RELEASE_BUDGET_MS = 200

/** The people who type Lua into this hub; each is an owner of its own, `repl-1` and so on. */
export class Consoles {
  readonly #consoles = new Map<string, LuaConsole>()
  #lastNumber = 0

  /** The caller disposes of it. */
  open(vm: LuaVmApi, modules: readonly LuaModule[], output: OutboxOptions): LuaConsole {
    const owner = `repl-${++this.#lastNumber}`
    const release = () => {
      try {
        vm.runSync(RELEASE, {
          chunkName: 'hub/consoles.ts',
          owner: HUB_OWNER,
          args: [owner],
          budgetMs: RELEASE_BUDGET_MS,
        })
      } catch (error) {
        vm.releaseOwner(owner)
        vm.report(HUB_OWNER, error)
      }
    }
    const opened = new LuaConsole({ vm, owner, modules, outbox: new Outbox(output), release })
    this.#consoles.set(owner, opened)
    vm.addDisposal(owner, () => this.#consoles.delete(owner))
    return opened
  }

  /** Gives what was printed to the console whose owner printed it. False when it was none. */
  print(owner: string, text: string, bytes?: Uint8Array): boolean {
    const found = this.#consoles.get(owner)
    found?.print(text, bytes)
    return found !== undefined
  }

  /** The same for what was written to io.stdout or io.stderr. */
  write(owner: string, stream: 'stdout' | 'stderr', bytes: Uint8Array): boolean {
    const found = this.#consoles.get(owner)
    found?.write(stream, bytes)
    return found !== undefined
  }

  /** The same for an error that nobody awaits. */
  report(report: LuaErrorReport): boolean {
    const found = this.#consoles.get(report.owner)
    found?.report(report)
    return found !== undefined
  }
}
