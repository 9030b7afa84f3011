import * as z from 'zod'
import { failure, type LuaTable, type LuaValue, type PrimitiveResult } from '../../lua/vm/index.ts'
import type { Outcome } from '../outcome.ts'
import { optionProblem, snakeCaseName } from './option-problem.ts'

/** A record with `camelCase` fields as Lua sees it: `snake_case`, absent instead of null. Values are not looked into. */
export function snakeCase(record: object): LuaTable {
  const table: LuaTable = {}
  for (const [field, value] of Object.entries(record)) table[snakeCaseName(field)] = value as LuaValue
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
 * @throws Error "bad argument #1 to 'pty.spawn' (rows: integer expected, got string)", which becomes a Lua error.
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown, where: string, position = 1): T {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  throw new Error(`bad argument #${position} to '${where}' (${optionProblem(schema, parsed.error.issues[0]!)})`)
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

function camel(field: string): string {
  return field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
