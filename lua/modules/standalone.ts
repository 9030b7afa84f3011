/** The primitives of a VM that no hub runs: `botster lua` where there is none. */
import type { LuaModule } from '../vm/index.ts'
import { createEvents } from './events.ts'
import { jsonModule } from './json/index.ts'
import { type LogSink, logModule } from './log.ts'
import { type MachineOptions, machineModules } from './machine.ts'
import { networkModules } from './network.ts'
import { ownersModule } from './owners.ts'
import { taskModule } from './task.ts'
import { timerModule } from './timer.ts'

export interface StandaloneOptions extends MachineOptions {
  readonly log: LogSink
}

export function standaloneModules(options: StandaloneOptions): readonly LuaModule[] {
  return [
    logModule(options.log),
    jsonModule(),
    ownersModule(),
    createEvents().module,
    taskModule(),
    timerModule(),
    ...machineModules(options),
    ...networkModules(options),
  ]
}
