/** The primitives of a VM that no hub runs: `botster lua` where there is none. */
import type { LuaModule } from '../vm/index.ts'
import { createEvents } from './events.ts'
import { jsonModule } from './json/index.ts'
import { type LogSink, logModule } from './log.ts'
import { ownersModule } from './owners.ts'
import { timerModule } from './timer.ts'

export interface StandaloneOptions {
  readonly log: LogSink
}

export function standaloneModules({ log }: StandaloneOptions): readonly LuaModule[] {
  return [logModule(log), jsonModule(), ownersModule(), createEvents().module, timerModule()]
}
