import type { TuiOptions } from './options.ts'

export type { HubConnection, HubHandlers, TuiOptions } from './options.ts'

/**
 * Opens the UI and stays until the user leaves or the terminal goes away; then the terminal is as it was before.
 * @returns the exit code: 0 after a detach, 1 when it could not start or the terminal vanished
 */
export async function runTui(_options: TuiOptions): Promise<number> {
  return 1
}
