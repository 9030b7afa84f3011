import { runProgram, type Verbs } from './program.ts'
import { quickVerbs } from './quick-verbs.ts'

/** One file a command, in the order of the help; only the one that is asked for is evaluated. */
export const allVerbs: Verbs = {
  start: () => import('./commands/start.ts'),
  attach: () => import('./commands/attach.ts'),
  stop: () => import('./commands/stop.ts'),
  restart: () => import('./commands/restart.ts'),
  new: () => import('./commands/new.ts'),
  list: quickVerbs.list,
  restore: () => import('./commands/restore.ts'),
  worktrees: () => import('./commands/worktrees.ts'),
  'run-all': () => import('./commands/run-all.ts'),
  ports: quickVerbs.ports,
  send: quickVerbs.send,
  wait: quickVerbs.wait,
  screen: quickVerbs.screen,
  logs: quickVerbs.logs,
  explain: quickVerbs.explain,
  inbox: quickVerbs.inbox,
  events: quickVerbs.events,
  rename: () => import('./commands/rename.ts'),
  session: () => import('./commands/session.ts'),
  kill: () => import('./commands/kill.ts'),
  answer: () => import('./commands/answer.ts'),
  'mcp-serve': () => import('./commands/mcp-serve.ts'),
  hook: quickVerbs.hook,
  lua: () => import('./commands/lua.ts'),
  plugin: () => import('./commands/plugin.ts'),
  template: () => import('./commands/template.ts'),
  eject: () => import('./commands/eject.ts'),
  diff: () => import('./commands/diff.ts'),
  trust: () => import('./commands/trust.ts'),
  untrust: () => import('./commands/untrust.ts'),
  status: quickVerbs.status,
  doctor: () => import('./commands/doctor.ts'),
  completion: () => import('./commands/completion.ts'),
}

/** For scripts, not for people. */
const hiddenVerbs: Verbs = {
  complete: () => import('./commands/complete.ts'),
}

/** Runs one `botster` command line, whichever it is. @returns the exit code */
export function main(argv: readonly string[]): Promise<number> {
  return runProgram(argv, allVerbs, hiddenVerbs)
}
