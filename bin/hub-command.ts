import { RequestError } from '../protocol/errors.ts'
import type { HubConnection } from './connect.ts'
import { CommandFailed } from './usage.ts'

/**
 * Runs a command that the hub's Lua registered.
 * @returns its value as it came; undefined instead of nil
 * @throws CommandFailed with the hub's own words when it refuses
 */
export async function runHubCommand(
  connection: HubConnection,
  name: string,
  args: Record<string, unknown> = {},
): Promise<unknown> {
  try {
    const { value } = await connection.request('command', { name, args: withoutUndefined(args) })
    return value ?? undefined
  } catch (error) {
    if (error instanceof RequestError) throw new CommandFailed(error.message, { code: error.code, cause: error })
    throw error
  }
}

function withoutUndefined(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined))
}
