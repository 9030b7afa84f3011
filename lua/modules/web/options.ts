/** Tables of options as scripts pass them: checked, with errors that name function, position, option and what was wrong. */
import { isLuaFunction, type LuaFunction, type LuaTable, type LuaValue } from '../../vm/index.ts'

/** Where an option table was passed, for messages. */
export interface Place {
  /** The primitive: "http.get". */
  readonly name: string
  /** The argument's number, from 1. */
  readonly position: number
}

/** The wrong argument at a place: "bad argument #2 to 'http.get' (…)". */
export function badArgument({ name, position }: Place, problem: string): Error {
  return new Error(`bad argument #${position} to '${name}' (${problem})`)
}

/** One table of options, asked field by field. */
export class Options {
  readonly #fields: LuaTable
  readonly #place: Place

  /** @throws Error when the table is a list, or has a field that is none of `known`. */
  constructor(table: LuaTable | LuaValue[] | undefined, place: Place, known: readonly string[]) {
    this.#place = place
    if (Array.isArray(table) && table.length > 0) throw badArgument(place, 'options by name expected, got a list')
    this.#fields = table === undefined || Array.isArray(table) ? {} : table
    const unknown = Object.keys(this.#fields).find((key) => !known.includes(key))
    if (unknown !== undefined) {
      throw badArgument(place, `unknown option '${unknown}': expected one of ${known.join(', ')}`)
    }
  }

  get(name: string): LuaValue {
    return this.#fields[name]
  }

  text(name: string): string | undefined {
    const value = this.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrong(name, 'string', value)
  }

  /** A string, byte for byte. */
  bytes(name: string): Uint8Array | undefined {
    const value = this.get(name)
    if (value === undefined || value instanceof Uint8Array) return value
    if (typeof value === 'string') return Buffer.from(value)
    throw this.#wrong(name, 'string', value)
  }

  /** A number from `least` to `most`. */
  number(name: string, least: number, most: number): number | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (typeof value !== 'number') throw this.#wrong(name, 'number', value)
    if (value >= least && value <= most) return value
    throw badArgument(this.#place, `${name}: number from ${least} to ${most} expected, got ${value}`)
  }

  boolean(name: string): boolean | undefined {
    const value = this.get(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.#wrong(name, 'boolean', value)
  }

  table(name: string): LuaTable | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (typeOf(value) !== 'table') throw this.#wrong(name, 'table', value)
    if (!Array.isArray(value)) return value as LuaTable
    if (value.length === 0) return {}
    throw badArgument(this.#place, `${name}: table with names expected, got a list`)
  }

  /** A list of strings. */
  texts(name: string): string[] | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (typeOf(value) !== 'table') throw this.#wrong(name, 'list of strings', value)
    const list = Array.isArray(value) ? value : Object.keys(value as LuaTable).length === 0 ? [] : undefined
    if (list?.every((item) => typeof item === 'string')) return list
    const other = list?.find((item) => typeof item !== 'string')
    const got = list === undefined ? 'a table with names' : `a list with a ${typeOf(other)}`
    throw badArgument(this.#place, `${name}: list of strings expected, got ${got}`)
  }

  /** Those of the named functions that are there. */
  functions<Name extends string>(names: readonly Name[]): Partial<Record<Name, LuaFunction>> {
    const found: Partial<Record<Name, LuaFunction>> = {}
    for (const name of names) {
      const value = this.get(name)
      if (value !== undefined && !isLuaFunction(value)) throw this.#wrong(name, 'function', value)
      if (value !== undefined) found[name] = value
    }
    return found
  }

  /** Headers for a request: [name, value] pairs. */
  headers(name: string): [string, string][] {
    return headersFrom(this.table(name), this.#place, `${name}: `)
  }

  #wrong(name: string, expected: string, value: LuaValue): Error {
    return badArgument(this.#place, `${name}: ${expected} expected, got ${typeOf(value)}`)
  }
}

/** RFC 9110, section 5.6.2 (token) and 5.5 (field values: no control characters, which would begin another header). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** A table name → string, number or list of them, as pairs; names in lower case. */
function headersFrom(table: LuaTable | undefined, place: Place, prefix = ''): [string, string][] {
  const headers: [string, string][] = []
  for (const [key, given] of Object.entries(table ?? {})) {
    if (!HEADER_NAME.test(key)) throw badArgument(place, `${prefix}'${key}' cannot be the name of a header`)
    for (const value of Array.isArray(given) ? given : [given]) {
      if (typeof value !== 'string' && typeof value !== 'number') {
        throw badArgument(place, `${prefix}${key}: string expected, got ${typeOf(value)}`)
      }
      const text = asHeaderBytes(String(value))
      if (!HEADER_VALUE.test(text))
        throw badArgument(place, `${prefix}${key}: control characters cannot be in a header`)
      headers.push([key.toLowerCase(), text])
    }
  }
  return headers
}

/** Headers travel as bytes: UTF-8, each byte as the character of its number. */
function asHeaderBytes(value: string): string {
  return Buffer.from(value).toString('latin1')
}

/** A value's type by Lua's name. */
export function typeOf(value: unknown): string {
  if (value === undefined || value === null) return 'nil'
  if (isLuaFunction(value as LuaValue)) return 'function'
  if (value instanceof Uint8Array) return 'string'
  if (typeof value === 'bigint') return 'number'
  if (typeof value !== 'object') return typeof value
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null ? 'table' : 'userdata'
}

/** Lets go of every function in a table of options that is not kept. */
export function letGoOfFunctions(table: LuaTable | LuaValue[]): void {
  for (const value of Object.values(table)) {
    if (isLuaFunction(value)) value[Symbol.dispose]()
    else if (typeOf(value) === 'table') letGoOfFunctions(value as LuaTable)
  }
}
