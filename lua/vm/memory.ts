/** The memory limit: imposed while Lua runs, lifted while JavaScript prepares a call, where failing would be fatal. */
import { ALLOCATOR, allocatorModule } from './assemble.ts'
import type { Engine, Pointer, State } from './engine.ts'

const UNLIMITED = 0xffffffff
/** Share of the limit from which on garbage is not left lying about. */
const CROWDED = 0.5
/** How much more than what was alive last time may be in use then. */
const SLACK = 1.25

/** Offset of the pointer to `global_State` in `lua_State` (lstate.h, 5.4), and of the collector's numbers in it. */
const GLOBAL = 16
const COLLECTOR = { total: 8, debt: 12, estimate: 16 } as const

export class Memory {
  /** `lua_Alloc` and its `ud`, for lua_newstate. */
  readonly allocator: Pointer
  readonly counters: Pointer
  readonly #engine: Engine
  readonly #limit: number
  /** `global_State`, once it is certain that its layout is the expected one. */
  #global: Pointer | undefined

  /**
   * `onBurst` is called now and then while large blocks are allocated; it may throw. `onRefused` is called when the limit
   * is met; it must neither throw nor allocate in Lua.
   */
  constructor(engine: Engine, limit: number, onBurst: () => void, onRefused: () => void) {
    this.#engine = engine
    this.#limit = limit
    this.counters = engine.api.malloc(ALLOCATOR.size)
    engine.words.fill(0, this.counters >> 2, (this.counters + ALLOCATOR.size) >> 2)
    this.lift()
    const { realloc, free } = engine.api
    const refused = () => {
      this.#hurryCollector()
      onRefused()
    }
    const imports = { e: { r: realloc, f: free, t: onBurst, x: refused, m: engine.memory } }
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

  /** Looks at a new state's own accounts, to be able to hurry its collector. */
  attach(main: State): void {
    const { words } = this.#engine
    const global = words[(main + GLOBAL) >> 2]!
    const total = words[(global + COLLECTOR.total) >> 2]! + (words[(global + COLLECTOR.debt) >> 2]! | 0)
    if (total === this.used) this.#global = global
  }

  /**
   * Has the collector do a whole cycle at its next step if memory gets crowded. By itself it waits until memory doubles,
   * which may be beyond the limit, and the buffers that string functions build in fail there without collecting first.
   * What was refused has it hurry too: by the time that error is caught, much of what was in use no longer is.
   */
  relieve(): void {
    const { used } = this
    if (used < this.#limit * CROWDED || this.#global === undefined) return
    const { words } = this.#engine
    const estimate = words[(this.#global + COLLECTOR.estimate) >> 2]!
    if (used < estimate * SLACK) return
    this.#hurryCollector()
  }

  impose(): void {
    this.relieve()
    this.#engine.words[(this.counters + ALLOCATOR.limit) >> 2] = this.#limit
  }

  lift(): void {
    this.#engine.words[(this.counters + ALLOCATOR.limit) >> 2] = UNLIMITED
  }

  restore(lifted: boolean): void {
    if (lifted) this.lift()
    else this.impose()
  }

  #hurryCollector(): void {
    if (this.#global === undefined) return
    const { words } = this.#engine
    // As luaE_setdebt does it: the sum stays, all of it becomes debt.
    const total = (this.#global + COLLECTOR.total) >> 2
    const debt = (this.#global + COLLECTOR.debt) >> 2
    words[debt] = words[total]! + words[debt]!
    words[total] = 0
  }
}
