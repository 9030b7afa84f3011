/** JSON with whole numbers of any size, as Lua has them: what does not fit a double stays a bigint. */
import type { LuaTable, LuaValue } from '../../vm/index.ts'

/** What the language has since 2025, and its type declarations not yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object }

/** Reads JSON. Throws SyntaxError. */
export function parseExactly(text: string): LuaValue {
  return JSON.parse(text, function (this: unknown, _key, value: unknown, context?: { source?: string }) {
    const source = context?.source
    if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(source ?? '')) return value
    return fitsInteger(BigInt(source!)) ? BigInt(source!) : value
  } as (this: unknown, key: string, value: unknown) => unknown) as LuaValue
}

/** Writes JSON for people: indented, ending with a newline. Throws TypeError naming the path of what JSON cannot say. */
export function stringifyExactly(value: LuaTable): string {
  return `${JSON.stringify(expressible(value, ''), null, 2)}\n`
}

function expressible(value: LuaValue, path: string): unknown {
  if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'bigint') return rawJSON(String(value))
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value
    throw new TypeError(`${value} cannot be kept${at(path)}`)
  }
  if (Array.isArray(value)) return value.map((item, i) => expressible(item, `${path}[${i + 1}]`))
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).map(([key, item]) => [key, expressible(item, path ? `${path}.${key}` : key)])
    return Object.fromEntries(entries)
  }
  const what = value instanceof Uint8Array ? 'a string that is not text' : `a ${typeof value}`
  throw new TypeError(`${what} cannot be kept${at(path)}`)
}

function at(path: string): string {
  return path === '' ? '' : ` (at ${path})`
}

/** Whether a Lua integer can be that large. */
function fitsInteger(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}
