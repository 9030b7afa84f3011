/** Primitives that need no hub. */
export { describedModules } from './described.ts'
export { createEvents, type Events } from './events.ts'
export { jsonModule } from './json/index.ts'
export { type LogLevel, type LogSink, logModule } from './log.ts'
export { ownersModule } from './owners.ts'
export { timerModule } from './timer.ts'
