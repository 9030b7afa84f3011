/** Arguments of primitives: reads and checks each as its description says. */
import { type Engine, LUA, type LuaApi, type State } from './engine.ts'
import { ArgumentError } from './errors.ts'
import type { Functions } from './functions.ts'
import type { Handles } from './handles.ts'
import type { ArgSpec, ArgType } from './module.ts'
import { ConversionError, type Reader } from './read.ts'
import type { Strings } from './strings.ts'
import type { LuaValue } from './types.ts'

/** Reads the argument at a stack index for a primitive whose caller is `owner`. Throws ArgumentError. */
export type ArgumentReader = (L: State, index: number) => LuaValue

export interface ArgumentParts {
  readonly engine: Engine
  readonly strings: Strings
  readonly reader: Reader
  readonly functions: Functions
  readonly handles: Handles
  readonly owner: () => string
}

/** How each type is called in error messages, by Lua's own names. */
const EXPECTED: Record<ArgType, string> = {
  text: 'string',
  bytes: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  table: 'table',
  list: 'table',
  function: 'function',
  handle: 'handle',
  reference: 'value',
  any: 'value',
}

const TYPE_NAMES = ['nil', 'boolean', 'light userdata', 'number', 'string', 'table', 'function', 'userdata', 'thread']

/**
 * The reader for one described argument. `primitive` names it in errors ("fs.read"), `number` is its position as the
 * caller counts, which for a method leaves out the handle.
 */
export function argumentReader(parts: ArgumentParts, primitive: string, number: number, spec: ArgSpec): ArgumentReader {
  const fail = (message: string): never => {
    throw new ArgumentError(`bad argument #${number} to '${primitive}' (${message})`)
  }
  const types = typeof spec.type === 'string' ? [spec.type] : spec.type
  const readers = types.map((type) => reader(parts, type, spec, fail))
  const only = readers.length === 1 ? readers[0]! : undefined
  const required = only ?? anyOf(parts, types, readers, fail)
  if (spec.optional !== true && spec.default === undefined) return required
  const { api } = parts.engine
  return (L, index) => (api.lua_type(L, index) <= LUA.TNIL ? spec.default : required(L, index))
}

type Fail = (message: string) => never

function reader(parts: ArgumentParts, type: ArgType, spec: ArgSpec, fail: Fail): ArgumentReader {
  const { strings, owner } = parts
  const { api } = parts.engine
  const mismatch = (L: State, index: number): never => fail(`${EXPECTED[type]} expected, got ${nameAt(api, L, index)}`)
  const policy = () => ({ functions: spec.functions ? ('hold' as const) : ('refuse' as const), owner: owner() })
  switch (type) {
    case 'text':
      return (L, index) => {
        if (!isString(api, L, index)) mismatch(L, index)
        return strings.text(L, index) ?? fail('text expected, got bytes that are not valid UTF-8')
      }
    case 'bytes':
      return (L, index) => (isString(api, L, index) ? strings.bytes(L, index) : mismatch(L, index))
    case 'integer':
      return (L, index) => {
        if (api.lua_type(L, index) !== LUA.TNUMBER) mismatch(L, index)
        const value = api.lua_tonumberx(L, index, 0)
        return Number.isSafeInteger(value) ? value : fail('number has no exact integer representation')
      }
    case 'number':
      return (L, index) =>
        api.lua_type(L, index) === LUA.TNUMBER ? api.lua_tonumberx(L, index, 0) : mismatch(L, index)
    case 'boolean':
      return (L, index) =>
        api.lua_type(L, index) === LUA.TBOOLEAN ? api.lua_toboolean(L, index) !== 0 : mismatch(L, index)
    case 'table':
      return (L, index) => {
        if (api.lua_type(L, index) !== LUA.TTABLE) mismatch(L, index)
        return converted(() => parts.reader.table(L, index, policy()), fail)
      }
    case 'list':
      return (L, index) => {
        if (api.lua_type(L, index) !== LUA.TTABLE) mismatch(L, index)
        const value = converted(() => parts.reader.table(L, index, policy()), fail)
        if (Array.isArray(value)) return value
        const [key] = Object.keys(value as object)
        return key === undefined ? [] : fail(`list expected, got a table with the key '${key}'`)
      }
    case 'function':
      return (L, index) =>
        api.lua_type(L, index) === LUA.TFUNCTION ? parts.functions.hold(L, index, owner()) : mismatch(L, index)
    case 'handle':
      return (L, index) =>
        api.lua_type(L, index) === LUA.TUSERDATA ? parts.handles.read(L, index) : mismatch(L, index)
    case 'reference':
      return (L, index) => {
        const actual = api.lua_type(L, index)
        const isHeld = actual === LUA.TTABLE || actual >= LUA.TUSERDATA
        return isHeld ? parts.functions.holdReference(L, index, owner()) : parts.reader.value(L, index, policy())
      }
    case 'any':
      return (L, index) => converted(() => parts.reader.value(L, index, policy()), fail)
  }
}

function anyOf(
  parts: ArgumentParts,
  types: readonly ArgType[],
  readers: readonly ArgumentReader[],
  fail: Fail,
): ArgumentReader {
  const { api } = parts.engine
  const names = [...new Set(types.map((type) => EXPECTED[type]))].join(' or ')
  return (L, index) => {
    const actual = api.lua_type(L, index)
    const at = types.findIndex((type) => fits(type, actual))
    return at < 0 ? fail(`${names} expected, got ${nameAt(api, L, index)}`) : readers[at]!(L, index)
  }
}

function fits(type: ArgType, actual: number): boolean {
  switch (type) {
    case 'text':
    case 'bytes':
      return actual === LUA.TSTRING
    case 'integer':
    case 'number':
      return actual === LUA.TNUMBER
    case 'boolean':
      return actual === LUA.TBOOLEAN
    case 'table':
    case 'list':
      return actual === LUA.TTABLE
    case 'function':
      return actual === LUA.TFUNCTION
    case 'handle':
      return actual === LUA.TUSERDATA
    case 'reference':
    case 'any':
      return true
  }
}

/** A number where a string is wanted is taken, as everywhere in Lua. */
function isString(api: LuaApi, L: State, index: number): boolean {
  const type = api.lua_type(L, index)
  return type === LUA.TSTRING || type === LUA.TNUMBER
}

export function nameAt(api: LuaApi, L: State, index: number): string {
  const type = api.lua_type(L, index)
  return type === LUA.TNONE ? 'no value' : (TYPE_NAMES[type] ?? 'unknown')
}

function converted(read: () => LuaValue, fail: Fail): LuaValue {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConversionError) return fail(error.message)
    throw error
  }
}
