import type { Command, CommanderError } from 'commander'
import { botsterVersion } from '../protocol/version.ts'
import { defineCommand } from './command.ts'
import { checkRepoConfigOption, repoConfigOption, usesRepoConfig } from './repo-config-option.ts'
import { quietBrokenPipe, reportFailure } from './report.ts'
import { UsageError } from './usage.ts'

/** One file a command; only the one that is asked for is evaluated, which keeps start-up short. */
const verbs: Record<string, () => Promise<{ command: () => Command }>> = {
  start: () => import('./commands/start.ts'),
  attach: () => import('./commands/attach.ts'),
  stop: () => import('./commands/stop.ts'),
  restart: () => import('./commands/restart.ts'),
  new: () => import('./commands/new.ts'),
  list: () => import('./commands/list.ts'),
  restore: () => import('./commands/restore.ts'),
  worktrees: () => import('./commands/worktrees.ts'),
  'run-all': () => import('./commands/run-all.ts'),
  ports: () => import('./commands/ports.ts'),
  send: () => import('./commands/send.ts'),
  wait: () => import('./commands/wait.ts'),
  screen: () => import('./commands/screen.ts'),
  logs: () => import('./commands/logs.ts'),
  explain: () => import('./commands/explain.ts'),
  inbox: () => import('./commands/inbox.ts'),
  events: () => import('./commands/events.ts'),
  rename: () => import('./commands/rename.ts'),
  session: () => import('./commands/session.ts'),
  kill: () => import('./commands/kill.ts'),
  answer: () => import('./commands/answer.ts'),
  'mcp-serve': () => import('./commands/mcp-serve.ts'),
  hook: () => import('./commands/hook.ts'),
  lua: () => import('./commands/lua.ts'),
  plugin: () => import('./commands/plugin.ts'),
  template: () => import('./commands/template.ts'),
  eject: () => import('./commands/eject.ts'),
  diff: () => import('./commands/diff.ts'),
  trust: () => import('./commands/trust.ts'),
  untrust: () => import('./commands/untrust.ts'),
  status: () => import('./commands/status.ts'),
  doctor: () => import('./commands/doctor.ts'),
  completion: () => import('./commands/completion.ts'),
}

/** With these alone, no command is asked for: the UI is to open soon, or the version to be printed. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(['-V', '--version', '--no-repo-config'])

/** For scripts, not for people. */
const hiddenVerbs: typeof verbs = {
  complete: () => import('./commands/complete.ts'),
}

/**
 * Runs one `botster` command line.
 * @returns the exit code: 0 fine, 1 failed, 2 wrong usage.
 */
export async function main(argv: readonly string[]): Promise<number> {
  quietBrokenPipe()
  try {
    const program = await buildProgram(argv)
    await program.parseAsync([...argv], { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (isShownHelp(error)) return 0
    return reportFailure(error)
  }
}

/** The whole command tree with every command loaded: for help and for the completion scripts. */
export async function wholeProgram(): Promise<Command> {
  return buildProgram(['help'])
}

async function buildProgram(argv: readonly string[]): Promise<Command> {
  const verb = argv.find((argument) => !argument.startsWith('-'))
  const program = defineCommand('botster')
    .description('Runs many coding agents side by side, each in its own worktree and terminal.')
    .version(botsterVersion(), '-V, --version', 'print the version')
    .usage('[command] [options]')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Without a command: starts the hub of this repository if needed and attaches to it.

Examples:
  botster                                  open the UI here
  botster new fix-login --cmd claude       start an agent on a new branch, in a worktree of its own
  botster list                             what runs
  botster screen fix-login                 what its terminal shows
  botster stop                             end everything of this repository

Exit codes: 0 fine, 1 failed, 2 wrong usage.`,
    )
    .addOption(repoConfigOption())
    .hook('preAction', checkRepoConfigOption)
    .action(async (_, command: Command) => {
      const { attach } = await import('./attach.ts')
      await attach({ start: 'needed', repoConfig: usesRepoConfig(command) })
    })
  for (const load of wanted(verb, argv)) program.addCommand((await load()).command())
  program.helpCommand('help [command]', 'explain a command')
  return program
}

/** The command that is asked for; all of them for the help, and none for what only needs the program's own options. */
function wanted(verb: string | undefined, argv: readonly string[]): (() => Promise<{ command: () => Command }>)[] {
  if (argv.every((argument) => OWN_OPTIONS.has(argument))) return []
  if (verb === undefined || verb === 'help') return Object.values(verbs)
  const load = { ...verbs, ...hiddenVerbs }[verb]
  if (load === undefined) throw unknownCommand(verb)
  return [load]
}

function unknownCommand(verb: string): UsageError {
  return new UsageError(`unknown command '${verb}'`, `commands: ${Object.keys(verbs).join(', ')} (see botster --help)`)
}

function isShownHelp(error: unknown): boolean {
  return error instanceof Error && error.name === 'CommanderError' && (error as CommanderError).exitCode === 0
}
