/** Lua functions and tables that JavaScript holds: anchored in the registry, counted, owned. */
import { type Engine, LUA, type Pointer, type State } from './engine.ts'
import { LuaError } from './error.ts'
import type { Locations } from './location.ts'
import type { Owners } from './owners.ts'
import type { LuaFunction, LuaReference, LuaValue } from './types.ts'

/** Whether a Lua value is a function, with the type to match. */
export function isLuaFunction(value: LuaValue): value is LuaFunction {
  return value instanceof HeldFunction
}

/** One Lua value, however often it is held. */
interface Slot {
  readonly pointer: Pointer
  readonly ref: bigint
  readonly id: number
  holders: number
}

/** Something of Lua's that is held and not copied. */
export class Held implements LuaReference {
  readonly owner: string
  readonly slot: Slot
  protected readonly functions: Functions
  released = false

  constructor(functions: Functions, slot: Slot, owner: string) {
    this.functions = functions
    this.slot = slot
    this.owner = owner
  }

  get id(): number {
    return this.slot.id
  }

  belongsTo(functions: Functions): boolean {
    return this.functions === functions
  }

  [Symbol.dispose](): void {
    this.functions.release(this)
  }
}

export class HeldFunction extends Held implements LuaFunction {
  get source(): string {
    return this.released ? '?' : this.functions.source(this)
  }
}

export class Functions {
  readonly #engine: Engine
  readonly #main: State
  readonly #owners: Owners
  readonly #slots = new Map<Pointer, Slot>()
  readonly #locations: Locations
  #nextId = 1

  constructor(engine: Engine, main: State, owners: Owners, locations: Locations) {
    this.#engine = engine
    this.#main = main
    this.#owners = owners
    this.#locations = locations
  }

  /** How many different functions are held. */
  get size(): number {
    return this.#slots.size
  }

  /** What was given out by `hold` or `holdReference` here. Throws TypeError if it was not, LuaError if it was released. */
  ours(held: LuaFunction | LuaReference): Held {
    if (!(held instanceof Held) || !held.belongsTo(this)) {
      throw new TypeError('this function belongs to another Lua VM')
    }
    if (held.released)
      throw new LuaError({ kind: 'released', message: 'a Lua function was called after its owner had let go of it' })
    return held
  }

  /** Holds the function at `index` for `owner`. */
  hold(L: State, index: number, owner: string): HeldFunction {
    return this.#add(new HeldFunction(this, this.#slot(L, index), owner))
  }

  /** Holds the table, userdata or coroutine at `index` for `owner`, as it is. */
  holdReference(L: State, index: number, owner: string): Held {
    return this.#add(new Held(this, this.#slot(L, index), owner))
  }

  push(L: State, held: Held): void {
    this.#engine.api.lua_rawgeti(L, LUA.REGISTRYINDEX, held.slot.ref)
  }

  release(held: Held): void {
    if (held.released) return
    held.released = true
    this.#owners.forget(held.owner, 'functions', held)
    const { slot } = held
    if (--slot.holders > 0) return
    this.#slots.delete(slot.pointer)
    this.#engine.api.luaL_unref(this.#main, LUA.REGISTRYINDEX, Number(slot.ref))
  }

  /** "file:line" of the definition. */
  source(held: HeldFunction): string {
    this.push(this.#main, held)
    return this.#locations.definition(this.#main)
  }

  #add<T extends Held>(held: T): T {
    held.slot.holders++
    this.#owners.of(held.owner).functions.add(held)
    return held
  }

  #slot(L: State, index: number): Slot {
    const { api } = this.#engine
    const pointer = api.lua_topointer(L, index)
    let slot = this.#slots.get(pointer)
    if (slot === undefined) {
      api.lua_pushvalue(L, index)
      slot = { pointer, ref: BigInt(api.luaL_ref(L, LUA.REGISTRYINDEX)), id: this.#nextId++, holders: 0 }
      this.#slots.set(pointer, slot)
    }
    return slot
  }
}
