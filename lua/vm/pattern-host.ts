/** What the Lua side of patterns stands on: the bounded matcher on Lua strings where they lie. */
import type { Binding } from './dispatcher.ts'
import { type Engine, LUA, type State } from './engine.ts'
import { ArgumentError } from './errors.ts'
import { type Capture, isPlain, Matcher } from './pattern.ts'
import type { Strings } from './strings.ts'
import type { Watchdog } from './watchdog.ts'

export interface PatternParts {
  readonly engine: Engine
  readonly strings: Strings
  readonly watchdog: Watchdog
}

/**
 * `scan(s, pattern, from, last, mode)` → first, final, captures… of the next match that does not end at `last`, or nil.
 * Modes: 'plain' (no pattern), 'find' (no whole match among the captures), 'gmatch' ('^' is an ordinary character),
 * 'match' and 'gsub'.
 */
export function scanBinding(parts: PatternParts): Binding {
  const { engine, strings } = parts
  const { api } = engine
  return (L) => {
    const source = bytesAt(parts, L, 1)
    const pattern = bytesAt(parts, L, 2)
    const from = api.lua_tonumberx(L, 3, 0) - 1
    const last = api.lua_tonumberx(L, 4, 0)
    const mode = strings.display(L, 5)
    if (mode === 'plain' || (mode === 'find' && isPlain(pattern))) return plain(parts, L, source, pattern, from)
    const matcher = new Matcher(source, pattern, { anchors: mode !== 'gmatch', tick: () => parts.watchdog.check(L) })
    const found = matcher.next(from, last)
    if (found === undefined) {
      api.lua_pushnil(L)
      return 1
    }
    const captures = matcher.captures(mode === 'find' ? undefined : found)
    if (api.lua_checkstack(L, captures.length + 8) === 0) throw new ArgumentError('too many captures')
    pushPosition(engine, L, found.start + 1)
    pushPosition(engine, L, found.end)
    for (const capture of captures) pushCapture(parts, L, capture)
    return 2 + captures.length
  }
}

/** `substitute(s, pattern, replacement, most)` → string, count. */
export function substituteBinding(parts: PatternParts): Binding {
  const { engine, strings } = parts
  return (L) => {
    const source = bytesAt(parts, L, 1)
    const matcher = new Matcher(source, bytesAt(parts, L, 2), { anchors: true, tick: () => parts.watchdog.check(L) })
    const pieces = template(bytesAt(parts, L, 3))
    const most = engine.api.lua_tonumberx(L, 4, 0)
    const out: Uint8Array[] = []
    let [at, count, last] = [0, 0, -1]
    while (count < most && at <= source.length) {
      const found = matcher.next(at, last)
      if (found === undefined) break
      out.push(source.subarray(at, found.start))
      for (const piece of pieces) out.push(typeof piece === 'number' ? captured(matcher, source, found, piece) : piece)
      at = last = found.end
      count++
      if (matcher.isAnchored) break
    }
    out.push(source.subarray(at))
    strings.pushBytes(L, Buffer.concat(out))
    pushPosition(engine, L, count)
    return 2
  }
}

function plain({ engine }: PatternParts, L: State, source: Buffer, needle: Buffer, from: number): number {
  const at = source.indexOf(needle, from)
  if (at < 0) {
    engine.api.lua_pushnil(L)
    return 1
  }
  pushPosition(engine, L, at + 1)
  pushPosition(engine, L, at + needle.length)
  return 2
}

/** Literal bytes and numbers of captures (0 is the whole match). */
function template(replacement: Uint8Array): (Uint8Array | number)[] {
  const pieces: (Uint8Array | number)[] = []
  let start = 0
  for (let at = replacement.indexOf(PERCENT); at >= 0; at = replacement.indexOf(PERCENT, start)) {
    pieces.push(replacement.subarray(start, at))
    const next = replacement[at + 1]
    if (next === PERCENT) pieces.push(replacement.subarray(at, at + 1))
    else if (next !== undefined && next >= 0x30 && next <= 0x39) pieces.push(next - 0x30)
    else throw new ArgumentError("invalid use of '%' in replacement string")
    start = at + 2
  }
  pieces.push(replacement.subarray(start))
  return pieces
}

const PERCENT = 0x25

function captured(
  matcher: Matcher,
  source: Uint8Array,
  whole: { start: number; end: number },
  number: number,
): Uint8Array {
  if (number === 0) return source.subarray(whole.start, whole.end)
  const capture = matcher.captures(whole)[number - 1]
  if (capture === undefined) throw new ArgumentError(`invalid capture index %${number} in replacement string`)
  return capture.isPosition ? Buffer.from(String(capture.start + 1)) : source.subarray(capture.start, capture.end)
}

function pushCapture({ engine, strings }: PatternParts, L: State, capture: Capture): void {
  if (capture.isPosition) pushPosition(engine, L, capture.start + 1)
  else {
    const pointer = strings.locate(L, 1) + capture.start
    engine.api.lua_pushlstring(L, pointer, capture.end - capture.start)
  }
}

function pushPosition(engine: Engine, L: State, position: number): void {
  engine.api.lua_pushinteger(L, BigInt(position))
}

/** The string at `index` where it lies: good until Lua allocates. */
function bytesAt({ engine, strings }: PatternParts, L: State, index: number): Buffer {
  if (engine.api.lua_type(L, index) !== LUA.TSTRING && engine.api.lua_type(L, index) !== LUA.TNUMBER) {
    throw new ArgumentError(`bad argument #${index} to a pattern function (string expected)`)
  }
  const pointer = strings.locate(L, index)
  return engine.bytes.subarray(pointer, pointer + strings.lastLength)
}
