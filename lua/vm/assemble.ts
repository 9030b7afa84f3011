/**
 * The two WebAssembly modules we need and no compiler makes for us, assembled by hand (WebAssembly core spec, ch. 5).
 * Sections are [id, byte length, contents]; vectors are [count, items]. All numbers here are below 128, so LEB128 is a byte.
 */

type Signature = 'i' | 'ii' | 'iii' | 'iiii' | 'vii'

const I32 = 0x7f
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/**
 * Makes a WebAssembly function out of a JavaScript one, so that it can stand in a function table. Engines give only
 * functions that came out of a module a C signature. First letter of the signature is the result (i or v), then the
 * parameters.
 */
export function wasmFunction(signature: Signature, fn: (...args: number[]) => unknown): unknown {
  const cached = new WebAssembly.Module(trampoline(signature))
  return new WebAssembly.Instance(cached, { e: { f: fn } }).exports.f
}

/** Imports e.f and exports it again as f. */
function trampoline(signature: Signature): Uint8Array<ArrayBuffer> {
  const parameters = Array.from(signature.slice(1), () => I32)
  const results = signature.startsWith('v') ? [] : [I32]
  const type = [0x60, parameters.length, ...parameters, results.length, ...results]
  return module([
    section(1, [1, ...type]),
    section(2, [1, ...name('e'), ...name('f'), 0x00, 0]), // import function 0 of type 0
    section(7, [1, ...name('f'), 0x00, 0]), // export it
  ])
}

/** Where the allocator keeps its counters, as byte offsets from the `ud` pointer that Lua passes to it. */
export const ALLOCATOR = {
  used: 0, // bytes that Lua holds now
  limit: 4, // bytes it may hold
  burst: 8, // bytes of large blocks allocated since the last call of `tick`
  size: 12,
} as const

/** Blocks from this size on count as a burst; smaller ones come with enough instructions for the count hook. */
const LARGE = 1 << 14
/** Bytes of large blocks between two looks at the clock: about 2 ms of copying. */
const BURST = 4 << 20

/**
 * The allocator (`lua_Alloc`): counts what Lua holds and refuses what would exceed the limit, which Lua turns into an
 * ordinary "not enough memory". It runs in WebAssembly since one in JavaScript makes allocation a third slower. Imports:
 * `e.r` realloc, `e.f` free, `e.t` tick (called now and then before a new large block; may throw), `e.x` refused
 * (called before it refuses), `e.m` memory.
 * Exports `a(ud, pointer, oldSize, newSize) → pointer`.
 */
export function allocatorModule(): Uint8Array<ArrayBuffer> {
  const [ud, pointer, oldSize, newSize, result] = [0, 1, 2, 3, 4]
  const [REALLOC, FREE, TICK, REFUSED] = [0, 1, 2, 3]
  const get = (local: number) => [0x20, local]
  const set = (local: number) => [0x21, local]
  const load = (offset: number) => [...get(ud), 0x28, 2, offset]
  const store = (offset: number, value: number[]) => [...get(ud), ...value, 0x36, 2, offset]
  const constant = (value: number) => [0x41, ...signedLeb(value)]
  const when = (condition: number[], body: number[]) => [...condition, 0x04, 0x40, ...body, 0x0b]
  const add = 0x6a
  const subtract = 0x6b
  const above = 0x4b // i32.gt_u
  const [isZero, give] = [0x45, 0x0f]

  const refuse = [0x10, REFUSED, ...constant(0), give]

  const body = [
    // For a new block Lua passes the kind of object as old size.
    ...when([...get(pointer), isZero], [...constant(0), ...set(oldSize)]),
    ...when(
      [...get(newSize), isZero],
      [
        ...store(ALLOCATOR.used, [...load(ALLOCATOR.used), ...get(oldSize), subtract]),
        ...get(pointer),
        0x10,
        FREE,
        ...constant(0),
        give,
      ],
    ),
    ...when(
      [...get(newSize), ...get(oldSize), above],
      [
        // used - old + new > limit, or the sum wrapped around: refuse. Shrinking is never refused.
        ...when(
          [
            ...[...load(ALLOCATOR.used), ...get(oldSize), subtract, ...get(newSize), add],
            ...load(ALLOCATOR.limit),
            above,
            ...[...load(ALLOCATOR.used), ...get(oldSize), subtract, ...get(newSize), add],
            ...get(newSize),
            0x49, // i32.lt_u
            0x72, // i32.or
          ],
          refuse,
        ),
        ...when(
          [...get(newSize), ...constant(LARGE), above],
          [
            ...store(ALLOCATOR.burst, [...load(ALLOCATOR.burst), ...get(newSize), add]),
            // Only for a new block: while it makes a stack larger, or collects, Lua is not prepared for what tick throws.
            ...when(
              [...load(ALLOCATOR.burst), ...constant(BURST), above, ...get(pointer), isZero, 0x71], // i32.and
              [...store(ALLOCATOR.burst, constant(0)), 0x10, TICK],
            ),
          ],
        ),
      ],
    ),
    ...get(pointer),
    ...get(newSize),
    0x10,
    REALLOC,
    0x22, // local.tee
    result,
    isZero,
    0x04,
    0x40,
    // No memory left to grow into: refuse, but keep a block that was to shrink.
    ...when([...get(newSize), ...get(oldSize), above], refuse),
    ...get(pointer),
    give,
    0x0b,
    ...store(ALLOCATOR.used, [...load(ALLOCATOR.used), ...get(oldSize), subtract, ...get(newSize), add]),
    ...get(result),
    0x0b,
  ]
  const code = [1, 1, I32, ...body] // one local of type i32
  return module([
    section(1, [
      4,
      ...[0x60, 2, I32, I32, 1, I32], // realloc
      ...[0x60, 1, I32, 0], // free
      ...[0x60, 0, 0], // tick
      ...[0x60, 4, I32, I32, I32, I32, 1, I32], // lua_Alloc
    ]),
    section(2, [
      5,
      ...[...name('e'), ...name('r'), 0x00, 0],
      ...[...name('e'), ...name('f'), 0x00, 1],
      ...[...name('e'), ...name('t'), 0x00, 2],
      ...[...name('e'), ...name('x'), 0x00, 2],
      ...[...name('e'), ...name('m'), 0x02, 0x00, 0],
    ]),
    section(3, [1, 3]),
    section(7, [1, ...name('a'), 0x00, 4]),
    section(10, [1, ...leb(code.length), ...code]),
  ])
}

function module(sections: number[][]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...MAGIC, ...sections.flat()])
}

function section(id: number, contents: number[]): number[] {
  return [id, ...leb(contents.length), ...contents]
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)]
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

function signedLeb(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signedLeb(value >>> 7)]
}
