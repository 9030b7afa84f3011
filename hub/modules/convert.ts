import * as z from 'zod'
import { failure, type LuaTable, type LuaValue, type PrimitiveResult } from '../../lua/vm/index.ts'
import type { Outcome } from '../outcome.ts'

/** A record with `camelCase` fields as Lua sees it: `snake_case`, absent instead of null. Values are not looked into. */
export function snakeCase(record: object): LuaTable {
  const table: LuaTable = {}
  for (const [field, value] of Object.entries(record)) table[snake(field)] = value as LuaValue
  return table
}

/** The other way round, for the outermost fields. */
export function camelCase(table: LuaTable): Record<string, LuaValue> {
  const record: Record<string, LuaValue> = {}
  for (const [field, value] of Object.entries(table)) record[camel(field)] = value
  return record
}

/** What a primitive returns for an outcome: the value, or `nil, message, {kind = code, …details}`. */
export function fromOutcome<T>(outcome: Outcome<T>, value: (value: T) => LuaValue): PrimitiveResult {
  if (outcome.ok) return value(outcome.value)
  const { code, message, details } = outcome.failure
  return failure(message, { kind: code, ...(isTable(details) ? snakeCase(details) : {}) })
}

/**
 * Checks a table argument against a schema.
 * @throws Error "bad argument #1 to 'pty.spawn' (rows: …)", which becomes a Lua error.
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, where: string, position = 1): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.map(String).map(snake).join('.')
  const problem = field ? `${field}: ${issue?.message}` : (issue?.message ?? 'unexpected value')
  throw new Error(`bad argument #${position} to '${where}' (${problem})`)
}

/** An array in a table argument. An empty Lua table does not say whether it is one. */
export function listOf<T extends z.ZodType>(element: T) {
  return z.preprocess((value) => (isTable(value) && Object.keys(value).length === 0 ? [] : value), z.array(element))
}

/** A string-keyed table in a table argument; the empty one may arrive as an array. */
export function tableOf<T extends z.ZodType>(element: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) && value.length === 0 ? {} : value),
    z.record(z.string(), element),
  )
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function snake(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function camel(field: string): string {
  return field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
