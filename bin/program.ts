import type { Command, CommanderError } from 'commander'
import { botsterVersion } from '../protocol/version.ts'
import { defineCommand } from './command.ts'
import { checkRepoConfigOption, repoConfigOption, usesRepoConfig } from './repo-config-option.ts'
import { quietBrokenPipe, reportFailure } from './report.ts'
import { UsageError } from './usage.ts'

/** Loads the file of one command: only the one that is asked for is evaluated, which keeps start-up short. */
export type LoadCommand = () => Promise<{ command: () => Command }>
/** Commands by their names, in the order of the help. */
export type Verbs = Readonly<Record<string, LoadCommand>>

/** With these alone, no command is asked for: the UI is to open soon, or the version to be printed. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(['-V', '--version', '--no-repo-config'])

/**
 * Runs one `botster` command line.
 * @param verbs what there is, for people
 * @param hidden what there is besides, for scripts
 * @returns the exit code: 0 fine, 1 failed, 2 wrong usage.
 */
export async function runProgram(argv: readonly string[], verbs: Verbs, hidden: Verbs = {}): Promise<number> {
  quietBrokenPipe()
  try {
    const program = await buildProgram(argv, verbs, hidden)
    await program.parseAsync([...argv], { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (isShownHelp(error)) return 0
    return reportFailure(error)
  }
}

/** The command tree with every command loaded: for help and for the completion scripts. */
export async function wholeProgram(verbs: Verbs): Promise<Command> {
  return buildProgram(['help'], verbs)
}

async function buildProgram(argv: readonly string[], verbs: Verbs, hidden: Verbs = {}): Promise<Command> {
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
  for (const load of wanted(verb, argv, verbs, hidden)) program.addCommand((await load()).command())
  program.helpCommand('help [command]', 'explain a command')
  return program
}

/** The command that is asked for; all of them for the help, and none for what only needs the program's own options. */
function wanted(verb: string | undefined, argv: readonly string[], verbs: Verbs, hidden: Verbs): LoadCommand[] {
  if (argv.every((argument) => OWN_OPTIONS.has(argument))) return []
  if (verb === undefined || verb === 'help') return Object.values(verbs)
  const load = { ...verbs, ...hidden }[verb]
  if (load === undefined) throw unknownCommand(verb, verbs)
  return [load]
}

function unknownCommand(verb: string, verbs: Verbs): UsageError {
  return new UsageError(`unknown command '${verb}'`, `commands: ${Object.keys(verbs).join(', ')} (see botster --help)`)
}

function isShownHelp(error: unknown): boolean {
  return error instanceof Error && error.name === 'CommanderError' && (error as CommanderError).exitCode === 0
}
