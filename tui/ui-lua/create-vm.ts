import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configModule } from '../../lua/modules/config/index.ts'
import { createEvents, jsonModule, type LogSink, logModule, taskModule, timerModule } from '../../lua/modules/index.ts'
import type { LuaErrorReport, LuaVmApi, ModuleResolver } from '../../lua/vm/index.ts'
import { LuaVm } from '../../lua/vm/vm.ts'
import { configDirectory, luaDirectory } from '../../protocol/paths.ts'
import { type ScreenCallbacks, screenModule } from './screen-module.ts'

/** Bytes the UI's Lua may take: a layout that needs more is broken. */
const MEMORY_LIMIT = 64 << 20

export interface UiVmOptions extends ScreenCallbacks {
  readonly env: NodeJS.ProcessEnv
  /** Where `require` looks, first to last. */
  readonly roots: readonly string[]
  /** The repository's own Lua, which comes first; undefined while nobody trusts it. */
  readonly repositoryRoot?: () => string | undefined
  readonly log: LogSink
  /** Errors of timers and event handlers, which nobody awaits. */
  readonly onError: (report: LuaErrorReport) => void
}

/** The VM of the UI's Lua, with the primitives that need no hub. */
export async function createUiVm(options: UiVmOptions): Promise<LuaVmApi> {
  const { notify, redraw, env, roots, log, onError } = options
  const events = createEvents()
  return LuaVm.create({
    name: 'tui',
    memoryLimit: MEMORY_LIMIT,
    modules: [
      screenModule({ notify, redraw }),
      logModule(log),
      jsonModule(),
      events.module,
      taskModule(),
      timerModule(),
      configModule({ directory: configDirectory(env), luaPath: luaDirectory(env), env }),
    ],
    resolveModule: resolveIn(roots, options.repositoryRoot ?? (() => undefined)),
    env,
    print: (text, owner) => log('info', text, owner),
    onError,
  })
}

/** What no repository replaces: what is the user's by its name. */
const OWN = /^user\./

/** `require "user.ui.colors"` → `ROOT/user/ui/colors.lua` or `ROOT/user/ui/colors/init.lua`. */
function resolveIn(roots: readonly string[], repositoryRoot: () => string | undefined): ModuleResolver {
  return (name) => {
    if (!/^[\w-]+(\.[\w-]+)*$/.test(name)) return undefined
    const relative = name.replaceAll('.', '/')
    const repository = OWN.test(name) ? undefined : repositoryRoot()
    for (const root of repository === undefined ? roots : [repository, ...roots]) {
      for (const path of [join(root, `${relative}.lua`), join(root, relative, 'init.lua')]) {
        try {
          return { source: readFileSync(path), path }
        } catch {
          // not there: the next place
        }
      }
    }
    return undefined
  }
}
