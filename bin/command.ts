import { Command, type CommanderError } from 'commander'
import { UsageError } from './usage.ts'

/**
 * A command with the manners all of ours share: wrong usage is thrown as {@link UsageError} together with what the
 * command accepts, instead of being printed and ending the process on the spot.
 */
export function defineCommand(name: string): Command {
  const command = new Command(name)
  return command
    .allowExcessArguments(false)
    .helpOption('-h, --help', 'explain this command')
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .exitOverride((error) => {
      if (error.exitCode === 0) throw error
      throw wrongUsage(command, error)
    })
}

function wrongUsage(command: Command, error: CommanderError): UsageError {
  if (error.code === 'commander.help')
    return new UsageError(`say what ${fullName(command)} is to do`, accepted(command))
  const [message = '', ...suggestions] = error.message.replace(/^error: /, '').split('\n')
  return new UsageError([message, ...suggestions].join(' '), accepted(command))
}

/** `usage: botster list [options]; options: --json` */
function accepted(command: Command): string {
  const options = command.options.map((option) => option.flags).join(', ')
  const verbs = command.parent === null ? '' : command.commands.map((verb) => verb.name()).join(', ')
  return [
    `usage: ${fullName(command)} ${command.usage()}`,
    ...(options ? [`options: ${options}`] : []),
    ...(verbs ? [`commands: ${verbs}`] : []),
  ].join('\n  ')
}

/** `botster plugin list` */
function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name()
}
