import { CommandFailed, UsageError } from './usage.ts'

const FAILED = 1
const WRONG_USAGE = 2

/** Names of errors whose message was written for a person (protocol/errors.ts); others are bugs or the system's. */
const EXPLAINED = new Set(['CommandFailed', 'UsageError', 'RequestError', 'ConnectionClosed', 'VersionMismatch'])

/**
 * Prints an error as one line `botster: …`, with a hint below when there is one. The stack is only shown with
 * BOTSTER_DEBUG set, and then with every cause.
 * @returns the exit code.
 */
export function reportFailure(error: unknown): number {
  process.stderr.write(`botster: ${messageOf(error)}\n`)
  if ((error instanceof CommandFailed || error instanceof UsageError) && error.hint !== undefined) {
    process.stderr.write(`  ${error.hint}\n`)
  }
  if (process.env.BOTSTER_DEBUG) process.stderr.write(`${stackOf(error)}\n`)
  return error instanceof UsageError ? WRONG_USAGE : FAILED
}

/** Ends quietly when whoever reads our output stopped reading (`botster list | head -1`), as other programs do. */
export function quietBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const message = error.message.trim() || error.name
  if (EXPLAINED.has(error.name) || process.env.BOTSTER_DEBUG) return message
  return message.split('\n', 1)[0]!
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
