import { type LoadCommand, runProgram } from './program.ts'
import type { QuickVerb } from './quick-names.ts'

/** What dist/quick.cjs has. */
export const quickVerbs: Record<QuickVerb, LoadCommand> = {
  list: () => import('./commands/list.ts'),
  status: () => import('./commands/status.ts'),
  send: () => import('./commands/send.ts'),
  wait: () => import('./commands/wait.ts'),
  screen: () => import('./commands/screen.ts'),
  logs: () => import('./commands/logs.ts'),
  explain: () => import('./commands/explain.ts'),
  inbox: () => import('./commands/inbox.ts'),
  ports: () => import('./commands/ports.ts'),
  events: () => import('./commands/events.ts'),
  hook: () => import('./commands/hook.ts'),
}

/**
 * Runs one `botster` command line whose first word is one of these.
 * @returns the exit code
 */
export function main(argv: readonly string[]): Promise<number> {
  return runProgram(argv, quickVerbs)
}
