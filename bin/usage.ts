/** The command line itself is wrong: exit code 2. `hint` says what would have been accepted. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

interface FailureOptions extends ErrorOptions {
  /** What the user can do about it. */
  readonly hint?: string
  /** The hub's word for what went wrong. */
  readonly code?: string
}

/** A command could not do what was asked: exit code 1. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
  readonly hint: string | undefined
  readonly code: string | undefined

  constructor(message: string, { hint, code, ...options }: FailureOptions = {}) {
    super(message, options)
    this.hint = hint
    this.code = code
  }
}
