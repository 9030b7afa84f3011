/**
 * One instance of Lua 5.4 compiled to WebAssembly: the C API as plain functions, its memory, and JavaScript functions
 * that C can call. Only wasmoon's `glue.wasm` is used: its convenience layer is neither byte-exact nor safe, and the
 * JavaScript around it would cost 10 ms of start-up for a file system, a terminal and processes that must not be there.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { wasmFunction } from './assemble.ts'

/** `lua_State *`, a pointer into the instance's memory. */
export type State = number
/** A byte address in the instance's memory. */
export type Pointer = number

export const LUA = {
  REGISTRYINDEX: -1001000,
  MULTRET: -1,
  /** Result codes of pcall, resume and load. */
  OK: 0,
  YIELD: 1,
  ERRSYNTAX: 3,
  ERRMEM: 4,
  /** Types. */
  TNONE: -1,
  TNIL: 0,
  TBOOLEAN: 1,
  TLIGHTUSERDATA: 2,
  TNUMBER: 3,
  TSTRING: 4,
  TTABLE: 5,
  TFUNCTION: 6,
  TUSERDATA: 7,
  TTHREAD: 8,
  /** Keys in the registry, by position. */
  RIDX_GLOBALS: 2n,
  MASKCOUNT: 1 << 3,
} as const

/** Pseudo-index of a C function's n-th upvalue. */
export function upvalueIndex(n: number): number {
  return LUA.REGISTRYINDEX - n
}

/** The part of the C API in use, with the names of the reference manual (section 4.6); `bigint` is `lua_Integer`. */
export interface LuaApi {
  lua_newstate(allocate: Pointer, ud: Pointer): State
  lua_close(L: State): void
  lua_atpanic(L: State, panic: Pointer): Pointer
  lua_newthread(L: State): State
  lua_resetthread(L: State): number
  lua_resume(L: State, from: State, count: number, results: Pointer): number
  lua_yieldk(L: State, count: number, context: number, k: Pointer): number
  lua_isyieldable(L: State): number
  lua_status(L: State): number
  lua_sethook(L: State, hook: Pointer, mask: number, count: number): void
  lua_xmove(from: State, to: State, count: number): void
  lua_checkstack(L: State, count: number): number
  lua_absindex(L: State, index: number): number
  lua_gettop(L: State): number
  lua_settop(L: State, index: number): void
  lua_pushvalue(L: State, index: number): void
  lua_rotate(L: State, index: number, count: number): void
  lua_type(L: State, index: number): number
  lua_isinteger(L: State, index: number): number
  lua_rawequal(L: State, a: number, b: number): number
  lua_tonumberx(L: State, index: number, ok: Pointer): number
  lua_tointegerx(L: State, index: number, ok: Pointer): bigint
  lua_toboolean(L: State, index: number): number
  lua_tolstring(L: State, index: number, length: Pointer): Pointer
  lua_rawlen(L: State, index: number): number
  lua_touserdata(L: State, index: number): Pointer
  lua_tothread(L: State, index: number): State
  lua_topointer(L: State, index: number): Pointer
  lua_iscfunction(L: State, index: number): number
  lua_pushnil(L: State): void
  lua_pushnumber(L: State, value: number): void
  lua_pushinteger(L: State, value: bigint): void
  lua_pushlstring(L: State, bytes: Pointer, length: number): Pointer
  lua_pushcclosure(L: State, fn: Pointer, upvalues: number): void
  lua_pushboolean(L: State, value: number): void
  lua_pushlightuserdata(L: State, value: Pointer): void
  lua_pushthread(L: State): number
  lua_rawget(L: State, index: number): number
  lua_rawgeti(L: State, index: number, key: bigint): number
  lua_rawset(L: State, index: number): void
  lua_rawseti(L: State, index: number, key: bigint): void
  lua_createtable(L: State, list: number, fields: number): void
  lua_newuserdatauv(L: State, bytes: number, values: number): Pointer
  lua_getmetatable(L: State, index: number): number
  lua_setmetatable(L: State, index: number): number
  lua_callk(L: State, args: number, results: number, context: number, k: Pointer): void
  lua_pcallk(L: State, args: number, results: number, handler: number, context: number, k: Pointer): number
  lua_error(L: State): number
  lua_setupvalue(L: State, index: number, upvalue: number): Pointer
  lua_next(L: State, index: number): number
  lua_concat(L: State, count: number): void
  lua_getinfo(L: State, what: Pointer, record: Pointer): number
  lua_getstack(L: State, level: number, record: Pointer): number
  luaL_ref(L: State, table: number): number
  luaL_unref(L: State, table: number, ref: number): void
  luaL_loadbufferx(L: State, bytes: Pointer, length: number, name: Pointer, mode: Pointer): number
  luaL_traceback(L: State, of: State, message: Pointer, level: number): void
  luaL_tolstring(L: State, index: number, length: Pointer): Pointer
  luaL_where(L: State, level: number): void
  luaL_requiref(L: State, name: Pointer, open: Pointer, global: number): void
  luaopen_base(L: State): number
  luaopen_coroutine(L: State): number
  luaopen_table(L: State): number
  luaopen_string(L: State): number
  luaopen_math(L: State): number
  luaopen_utf8(L: State): number
  luaopen_debug(L: State): number
  malloc(bytes: number): Pointer
  realloc(pointer: Pointer, bytes: number): Pointer
  free(pointer: Pointer): void
  stackSave(): Pointer
  stackRestore(pointer: Pointer): void
}

/** Buffer's own decoders, which take no encoding argument to look at: half the time of `toString` on short strings. */
export interface MemoryBytes extends Buffer<ArrayBuffer> {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
  utf8Write(text: string, offset: number, length: number): number
  latin1Write(text: string, offset: number, length: number): number
}

/** What the C side of setjmp/longjmp throws: Lua's own errors and yields on their way through JavaScript frames. */
export const LONGJMP = Infinity

interface RawExports extends LuaApi {
  memory: WebAssembly.Memory
  __indirect_function_table: WebAssembly.Table
  __wasm_call_ctors(): void
  emscripten_stack_init(): void
  setThrew(threw: number, value: number): void
}

const PAGE = 65536
/** The most a 32-bit Lua may be given; signed pointers would turn negative beyond. */
const MOST_MEMORY = 2 ** 31 - PAGE

export class Engine {
  readonly api: LuaApi
  readonly memory: WebAssembly.Memory
  /** All memory. Growing replaces it, so read it from here each time. */
  bytes!: MemoryBytes
  words!: Uint32Array
  readonly #table: WebAssembly.Table
  readonly #exports: RawExports

  static create(module: WebAssembly.Module = compileEngine()): Engine {
    return new Engine(module)
  }

  constructor(module: WebAssembly.Module) {
    const functions: ((a: number, b: number) => void)[] = []
    const instance = new WebAssembly.Instance(module, this.#imports(functions))
    const exports = instance.exports as unknown as RawExports
    this.#exports = exports
    this.api = exports
    this.memory = exports.memory
    this.#refreshViews()
    this.#table = exports.__indirect_function_table
    exports.emscripten_stack_init()
    exports.__wasm_call_ctors()
  }

  /** Gives C a pointer to a JavaScript function. Costs 50 µs and a table slot for good: for a handful of functions. */
  addFunction(signature: Parameters<typeof wasmFunction>[0], fn: (...args: number[]) => unknown): Pointer {
    return this.addWasmFunction(wasmFunction(signature, fn))
  }

  /** A C pointer to a function exported by a WebAssembly module. */
  addWasmFunction(fn: unknown): Pointer {
    const index = this.#table.grow(1)
    this.#table.set(index, fn)
    return index
  }

  /** A NUL-terminated copy of an ASCII text that lives as long as the engine. */
  cString(text: string): Pointer {
    const pointer = this.api.malloc(text.length + 1)
    this.bytes.latin1Write(text, pointer, text.length)
    this.bytes[pointer + text.length] = 0
    return pointer
  }

  #refreshViews(): void {
    this.bytes = Buffer.from(this.memory.buffer) as MemoryBytes
    this.words = new Uint32Array(this.memory.buffer)
  }

  #grow(wanted: number): number {
    const size = this.memory.buffer.byteLength
    if (wanted > MOST_MEMORY) return 0
    // A fifth more than asked for, so that steady growth does not copy each time.
    const target = Math.min(MOST_MEMORY, Math.max(wanted, Math.ceil(size * 1.2)))
    try {
      this.memory.grow(Math.ceil((target - size) / PAGE))
    } catch {
      return 0 // the machine has no more: Lua reports "not enough memory"
    }
    this.#refreshViews()
    return 1
  }

  #imports(functions: ((a: number, b: number) => void)[]): WebAssembly.Imports {
    const absent = () => {
      throw new Error('Lua called a part of the C library that does not exist here')
    }
    return {
      env: {
        // How Emscripten does setjmp: run the protected function; what longjmp throws ends here, all else passes.
        invoke_vii: (index: number, a: number, b: number) => {
          const stack = this.#exports.stackSave()
          try {
            let fn = functions[index]
            if (fn === undefined) {
              fn = this.#table.get(index) as (a: number, b: number) => void
              functions[index] = fn
            }
            fn(a, b)
          } catch (thrown) {
            if (thrown !== LONGJMP) throw thrown
            this.#exports.stackRestore(stack)
            this.#exports.setThrew(1, 0)
          }
        },
        _emscripten_throw_longjmp: () => {
          throw LONGJMP
        },
        emscripten_resize_heap: (wanted: number) => this.#grow(wanted >>> 0),
        emscripten_date_now: () => Date.now(),
        _emscripten_get_now_is_monotonic: () => 1,
        abort: () => {
          throw new Error('the Lua engine aborted')
        },
        exit: absent,
        system: absent,
        strftime: absent,
        _mktime_js: absent,
        _localtime_js: absent,
        _gmtime_js: absent,
        _tzset_js: absent,
        __syscall_openat: absent,
        __syscall_fcntl64: absent,
        __syscall_ioctl: absent,
        __syscall_dup3: absent,
        __syscall_unlinkat: absent,
        __syscall_rmdir: absent,
        __syscall_renameat: absent,
        __syscall_readlinkat: absent,
      },
      wasi_snapshot_preview1: {
        fd_write: absent,
        fd_read: absent,
        fd_close: absent,
        fd_seek: absent,
        // An empty environment.
        environ_sizes_get: (count: Pointer, size: Pointer) => {
          this.words[count >> 2] = 0
          this.words[size >> 2] = 0
          return 0
        },
        environ_get: () => 0,
      },
    }
  }
}

/** Lua, compiled: for whoever makes many VMs, since compiling takes most of the time that making one does. */
export function compileEngine(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(gluePath()))
}

/** Beside the bundle when bundled, else in the wasmoon package. */
function gluePath(): string {
  const bundled = join(import.meta.dirname, 'glue.wasm')
  if (existsSync(bundled)) return bundled
  return join(dirname(createRequire(import.meta.url).resolve('wasmoon')), 'glue.wasm')
}
