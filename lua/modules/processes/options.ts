/** What a script may say about a process it starts, besides the command. */
import { resolve } from 'node:path'
import { ArgumentError } from '../../vm/errors.ts'
import type { ArgSpec, LuaTable, LuaValue } from '../../vm/index.ts'
import { typeOf } from '../web/options.ts'
import type { ShellOptions } from './shell.ts'

export const processOptionsArgument = {
  name: 'options',
  type: 'table',
  optional: true,
  luaType: '{timeout?: number, cwd?: string, env?: table<string, string>}',
  doc: '`timeout` in seconds after which it is ended; `cwd`; `env`: variables besides the hub’s',
} as const satisfies ArgSpec

/** Where processes start and what they find there. */
export interface ProcessPlace {
  readonly base: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Reads the options. Throws ArgumentError. */
export function processOptions(
  given: LuaValue,
  place: ProcessPlace,
  primitive: string,
  position: number,
): Pick<ShellOptions, 'cwd' | 'env' | 'timeoutMs'> {
  const { timeout, cwd, env } = (given ?? {}) as LuaTable
  const wrong = (problem: string) => new ArgumentError(`bad argument #${position} to '${primitive}' (${problem})`)
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0)) {
    throw wrong(`timeout: seconds expected, got ${typeof timeout === 'number' ? timeout : typeOf(timeout)}`)
  }
  if (cwd !== undefined && typeof cwd !== 'string') throw wrong(`cwd: string expected, got ${typeOf(cwd)}`)
  return {
    cwd: cwd === undefined ? place.base : resolve(place.base, cwd),
    env: { ...place.env, ...variables(env, wrong) },
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
  }
}

function variables(env: LuaValue, wrong: (problem: string) => Error): Record<string, string> {
  if (env === undefined) return {}
  if (typeof env !== 'object' || env === null) throw wrong(`env: table expected, got ${typeOf(env)}`)
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== 'string' || value.includes('\0')) throw wrong(`env: text expected for ${name}`)
  }
  return env as Record<string, string>
}
