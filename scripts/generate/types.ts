// How described types are written: for LuaLS, and for people.
import type { AnyFunctionSpec, ArgSpec, ReturnSpec } from '../../lua/vm/index.ts'

type TypeName = Exclude<ReturnSpec['type'], readonly unknown[]>

const LUA_TYPES: Record<TypeName, string> = {
  text: 'string',
  bytes: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  table: 'table',
  list: 'any[]',
  function: 'function',
  handle: 'userdata',
  reference: 'any',
  any: 'any',
  nil: 'nil',
}

/** The LuaLS type of an argument or result, without a mark for optional ones. */
export function luaType(spec: Pick<ReturnSpec | ArgSpec, 'type' | 'luaType'>): string {
  if (spec.luaType !== undefined) return spec.luaType
  const names = new Set([spec.type].flat().map((type) => LUA_TYPES[type as TypeName]))
  return names.has('any') ? 'any' : [...names].join('|')
}

/** Whether the function may answer `nil, message, err`, which its failures say. */
export function mayFail(spec: AnyFunctionSpec): boolean {
  return Object.keys(spec.failures ?? {}).length > 0
}
