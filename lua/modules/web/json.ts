/** Values that came from Lua as JSON text, for bodies and messages that travel as JSON. */
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

function refused(what: string, path: string): Error {
  return new Error(`JSON cannot hold ${what}${path === '' ? '' : ` (at ${path})`}`)
}
