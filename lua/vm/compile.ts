/** Compiles Lua source. */
import { type Engine, LUA, type State } from './engine.ts'
import type { Errors } from './errors.ts'
import type { Strings } from './strings.ts'

/** Bytes of source at most: compiling has no hook, and 16 MB take about a second. */
const MOST_SOURCE = 16 << 20

/** Pushes the compiled chunk onto L. Throws LuaError of kind 'syntax', with file and line, and leaves L as it was. */
export function compile(
  engine: Engine,
  strings: Strings,
  errors: Errors,
  L: State,
  source: string | Uint8Array,
  chunkName: string,
): void {
  const { api } = engine
  const bytes = typeof source === 'string' ? Buffer.from(source) : source
  if (bytes.length > MOST_SOURCE) throw errors.make('syntax', `${chunkName}:1: the file is larger than 16 MiB`, '')
  errors.nameChunk(chunkName)
  const name = Buffer.from(`@${chunkName}\0`)
  // Source, chunk name and mode, one after the other.
  const pointer = strings.allocate(bytes.length + name.length + 2)
  try {
    engine.bytes.set(bytes, pointer)
    engine.bytes.set(name, pointer + bytes.length)
    const mode = pointer + bytes.length + name.length
    engine.bytes.set(TEXT_MODE, mode)
    const start = skipped(bytes, engine, pointer)
    const code = api.luaL_loadbufferx(L, pointer + start, bytes.length - start, pointer + bytes.length, mode)
    if (code === LUA.OK) return
  } finally {
    api.free(pointer)
  }
  const error = errors.read(L, -1, LUA.ERRSYNTAX, '')
  api.lua_settop(L, -2)
  throw error
}

const TEXT_MODE = Buffer.from('t\0')

/** Bytes to leave out at the start: a byte order mark. A first line that begins with '#' becomes a comment in place. */
function skipped(bytes: Uint8Array, engine: Engine, pointer: number): number {
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  if (bytes[mark] === 0x23 && bytes.length - mark >= 2) {
    // "#!" → "--": the same number of bytes, so that columns and lines stay.
    engine.bytes[pointer + mark] = 0x2d
    engine.bytes[pointer + mark + 1] = 0x2d
  }
  return mark
}
