import { refuse } from './parse-error.ts'

/** A table with named fields, as it comes out of Lua. */
export type Table = Record<string, unknown>

/** A table with named fields; an empty one may look like an array. */
export function parseTable(value: unknown, path: string, expected: string): Table {
  if (isTable(value)) return value
  if (Array.isArray(value) && value.length === 0) return {}
  return refuse(path, expected, value)
}

/** An array; absent is empty, and so is the empty table, which Lua cannot tell from one with fields. */
export function parseArray(value: unknown, path: string, expected: string): unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  if (isTable(value) && Object.keys(value).length === 0) return []
  return refuse(path, expected, value)
}

export function parseBoolean(value: unknown, path: string): boolean {
  if (value === undefined || value === null) return false
  return typeof value === 'boolean' ? value : refuse(path, 'true or false', value)
}

/** A whole number from 0 on, or nothing. */
export function parseIndex(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  return refuse(path, 'a whole number from 0 on', value)
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}
