/** Values of Lua as JSON text and back, for bodies and messages that travel as JSON. */
import type { LuaTable, LuaValue } from '../../vm/index.ts'

/**
 * Whole numbers beyond 2^53 keep every digit; `json.null` and holes become null.
 * @throws Error naming the path to what JSON cannot hold: bytes that are not text, nan, infinity.
 */
export function toJson(value: LuaValue, path = ''): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'number':
      if (!Number.isFinite(value)) throw refused(`the number ${value}`, path)
      return JSON.stringify(value)
    case 'undefined':
      return 'null'
    case 'object':
      break
    case 'symbol':
    case 'function':
      throw refused(`a ${typeof value}`, path)
  }
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map((item, i) => toJson(item, `${path}[${i + 1}]`)).join(',')}]`
  if (value instanceof Uint8Array) throw refused('a string that is not valid UTF-8', path)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw refused('a function or handle', path)
  const fields = Object.entries(value as LuaTable).filter(([, field]) => field !== undefined)
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${toJson(field, path === '' ? key : `${path}.${key}`)}`).join(',')}}`
}

/**
 * JSON text as a value for Lua, or undefined when it is none. Whole numbers beyond 2^53 that fit Lua's integers keep
 * every digit. Null is absent from tables and a hole in lists.
 */
export function fromJson(text: string): { readonly value: LuaValue } | undefined {
  try {
    return { value: JSON.parse(text, exact as (key: string, value: unknown) => unknown) as LuaValue }
  } catch {
    return undefined
  }
}

const GREATEST_INTEGER = 2n ** 63n - 1n

/** The third argument, the source of the value, is newer than TypeScript's library. */
function exact(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value
  if (!/^-?\d+$/.test(source)) return value
  const integer = BigInt(source)
  return integer <= GREATEST_INTEGER && integer >= -GREATEST_INTEGER - 1n ? integer : value
}

function refused(what: string, path: string): Error {
  return new Error(`JSON cannot hold ${what}${path === '' ? '' : ` (at ${path})`}`)
}
