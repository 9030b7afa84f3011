/** Primitives that need no hub. */
export { describedModules } from './described.ts'
export { createEvents, type Events } from './events.ts'
export { lineSink } from './io/lines.ts'
export { jsonModule } from './json/index.ts'
export { type LogLevel, type LogSink, logModule } from './log.ts'
export { type MachineOptions, machineModules } from './machine.ts'
export { ownersModule } from './owners.ts'
export { timerModule } from './timer.ts'
