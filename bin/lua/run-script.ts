import { withTraceback } from '../../lua/console/traceback.ts'
import type { LuaOutcome, LuaRun } from '../../protocol/messages/lua.ts'
import { CommandFailed } from '../usage.ts'
import type { Console } from './console.ts'

/**
 * Runs one script to its end and shows its results, if it is to. Ctrl+c stops the script; pressed again, this process.
 * @returns the exit code the script asked for, else 0
 * @throws CommandFailed with the traceback when it failed or was stopped
 */
export async function runScript(console: Console, request: LuaRun): Promise<number> {
  const interrupt = () => {
    console.cancel()
    process.once('SIGINT', () => process.exit(1))
  }
  process.once('SIGINT', interrupt)
  try {
    return finish(await console.run(request), console)
  } finally {
    process.removeAllListeners('SIGINT')
  }
}

function finish(outcome: LuaOutcome, console: Console): number {
  switch (outcome.kind) {
    case 'done':
      if (outcome.text !== undefined)
        process.stdout.write(Buffer.concat([Buffer.from(outcome.text), Buffer.from('\n')]))
      return 0
    case 'exited':
      return outcome.code
    case 'incomplete':
      throw new CommandFailed(outcome.message, { code: 'syntax' })
    case 'failed':
      throw new CommandFailed(withTraceback(outcome), {
        code: outcome.reason,
        hint: hintFor(outcome, console),
      })
  }
}

const MISSING_GLOBAL = /a nil value \(global '/
export const NO_HUB = 'no hub runs here, so the modules that are the hub’s are not there'

/** What may be behind a failure, for whoever does not know that no hub runs. */
export function hintFor({ message }: { readonly message: string }, { hasHub }: Console): string | undefined {
  return !hasHub && MISSING_GLOBAL.test(message) ? NO_HUB : undefined
}
