import type { Failure } from '../protocol/envelope.ts'

/** What an operation that may fail in expected ways returns. `code` is for programs, `message` for a person. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

/** It worked. */
export function success<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

/** It did not, for a reason the user can act on. `details` is plain data, sent to clients as it is. */
export function refusal(code: string, message: string, details?: unknown): { ok: false; failure: Failure } {
  return { ok: false, failure: details === undefined ? { code, message } : { code, message, details } }
}
