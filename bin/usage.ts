/** The command line itself is wrong: exit code 2. `hint` says what would have been accepted. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** A command could not do what was asked: exit code 1. `hint` says what the user can do about it. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
  readonly hint: string | undefined

  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options)
    this.hint = hint
  }
}
