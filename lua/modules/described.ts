/** The primitives that need no hub as the generator of stubs and reference wants them: described, never called. */
import type { LuaModule } from '../vm/index.ts'
import { createEvents } from './events.ts'
import { jsonModule } from './json/index.ts'
import { logModule } from './log.ts'
import { machineModules } from './machine.ts'
import { networkModules } from './network.ts'
import { ownersModule } from './owners.ts'
import { taskModule } from './task.ts'
import { timerModule } from './timer.ts'

export function describedModules(): readonly LuaModule[] {
  const nowhere = () => undefined
  const machine = { base: '/', env: {}, output: nowhere, configDirectory: '/', luaPath: '/' }
  return [
    createEvents().module,
    jsonModule(),
    logModule(nowhere),
    ownersModule(),
    taskModule(),
    timerModule(),
    ...machineModules(machine),
    ...networkModules({ env: {} }),
  ]
}
