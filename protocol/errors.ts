import type { Failure } from './envelope.ts'

/** A request that its server answered with an expected failure, or that could not be answered at all. */
export class RequestError extends Error {
  override name = 'RequestError'
  readonly code: string
  readonly details: unknown

  constructor({ code, message, details }: Failure, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** The connection ended while somebody waited on it. */
export class ConnectionClosed extends Error {
  override name = 'ConnectionClosed'
}

/** The two sides speak different versions; the message says which side to restart. */
export class VersionMismatch extends Error {
  override name = 'VersionMismatch'
}
