/** The memory limit: imposed while Lua runs, lifted while JavaScript prepares a call, where failing would be fatal. */
import { ALLOCATOR, allocatorModule } from './assemble.ts'
import type { Engine, Pointer } from './engine.ts'

const UNLIMITED = 0xffffffff

export class Memory {
  /** `lua_Alloc` and its `ud`, for lua_newstate. */
  readonly allocator: Pointer
  readonly counters: Pointer
  readonly #engine: Engine
  readonly #limit: number

  /** `onBurst` is called now and then while large blocks are allocated; it may throw. */
  constructor(engine: Engine, limit: number, onBurst: () => void) {
    this.#engine = engine
    this.#limit = limit
    this.counters = engine.api.malloc(ALLOCATOR.size)
    engine.words.fill(0, this.counters >> 2, (this.counters + ALLOCATOR.size) >> 2)
    this.lift()
    const imports = { e: { r: engine.api.realloc, f: engine.api.free, t: onBurst, m: engine.memory } }
    const instance = new WebAssembly.Instance(new WebAssembly.Module(allocatorModule()), imports)
    this.allocator = engine.addWasmFunction(instance.exports.a)
  }

  get used(): number {
    return this.#engine.words[(this.counters + ALLOCATOR.used) >> 2]!
  }

  /** Whether the limit is lifted now; for `restore`. */
  get isLifted(): boolean {
    return this.#engine.words[(this.counters + ALLOCATOR.limit) >> 2] === UNLIMITED
  }

  impose(): void {
    this.#engine.words[(this.counters + ALLOCATOR.limit) >> 2] = this.#limit
  }

  lift(): void {
    this.#engine.words[(this.counters + ALLOCATOR.limit) >> 2] = UNLIMITED
  }

  restore(lifted: boolean): void {
    if (lifted) this.lift()
    else this.impose()
  }
}
