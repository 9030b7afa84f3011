import { InvalidArgumentError } from 'commander'

/** A number of seconds on the command line. */
export function secondsOption(text: string): number {
  if (!/^\d{1,7}(\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError('It must be a number of seconds.')
  return Number(text)
}
