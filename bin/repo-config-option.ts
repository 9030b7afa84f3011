import { type Command, Option } from 'commander'
import { UsageError } from './usage.ts'

const FLAG = '--no-repo-config'

/** For commands that open the UI or start a hub for it. */
export function repoConfigOption(): Option {
  return new Option(FLAG, "take nothing of the repository's .botster until the hub ends, even if it is trusted")
}

/** Whether the repository's `.botster` may be used, as the command line says: before or after the command. */
export function usesRepoConfig(command: Command): boolean {
  for (let at: Command | null = command; at !== null; at = at.parent) if (at.opts().repoConfig === false) return false
  return true
}

/** Before a command that knows nothing of the option it would have no effect. @throws UsageError */
export function checkRepoConfigOption(program: Command, command: Command): void {
  if (usesRepoConfig(program) || command.options.some(({ long }) => long === FLAG)) return
  throw new UsageError(
    `${FLAG} says nothing to '${command.name()}'`,
    `it goes with botster, botster start, botster restart and botster attach`,
  )
}
