/** What scripts that nobody vouches for may see. They run in a VM of their own, so nothing is shared to tamper with. */
import { defineModule, type LuaModule } from './module.ts'

/** The modules reduced to what is marked for the sandbox; those of which nothing is left are left out. */
export function sandboxed(modules: readonly LuaModule[]): LuaModule[] {
  return modules.map(reduced).filter((module) => Object.keys(module.functions).length > 0)
}

function reduced(module: LuaModule): LuaModule {
  const allowed = Object.entries(module.functions).filter(([, spec]) => spec.sandbox ?? module.sandbox ?? false)
  const functions = Object.fromEntries(allowed)
  // A module's own Lua may lean on functions that are gone.
  const lua = allowed.length === Object.keys(module.functions).length ? module.lua : undefined
  return defineModule({ ...module, functions, lua })
}
