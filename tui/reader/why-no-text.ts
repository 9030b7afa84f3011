import { RequestError } from '../../protocol/errors.ts'

/** Why a terminal's text cannot be read, in words for the person who asked for it. */
export function whyNoText(error: unknown): string {
  const isGone = error instanceof RequestError && error.code === 'unknown_session'
  return isGone ? 'nothing of this terminal is left to read' : (error as Error).message
}
