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
  const [message = '', ...suggestions] = error.message.replace(/^error: /, '').split('\n')
  return new UsageError([message, ...suggestions].join(' '), accepted(command))
}

/** `usage: botster list [options]; options: --json` */
function accepted(command: Command): string {
  const name = command.parent ? `${command.parent.name()} ${command.name()}` : command.name()
  const options = command.options.map((option) => option.flags).join(', ')
  return `usage: ${name} ${command.usage()}${options ? `\n  options: ${options}` : ''}`
}
