import type { LuaFunction, LuaValue, LuaVmApi } from '../../lua/vm/index.ts'

/**
 * Milliseconds a handler in the hub may run before it gives way: what a person still takes for an immediate answer, and
 * long enough for any list of agents.
 */
const HANDLER_BUDGET_MS = 200

/** Calls kept for a kind that nobody has taken yet; whoever says more while Lua boots is not worth the memory. */
const MOST_EARLY = 1000

/** Owner of what the hub's own Lua does for clients: it goes on while the module that began it is being reloaded. */
export const HUB_OWNER = 'hub'

/** One callback per registering owner and kind: registering again replaces it. */
export class Callbacks<Kind extends string> {
  readonly #byKind = new Map<Kind, Map<string, LuaFunction>>()
  readonly #early = new Map<Kind, (() => void)[]>()

  /** Takes `fn` over until it is replaced or its owner is released. */
  set(vm: LuaVmApi, kind: Kind, owner: string, fn: LuaFunction): void {
    const byOwner = this.#byKind.get(kind) ?? new Map<string, LuaFunction>()
    this.#byKind.set(kind, byOwner)
    const previous = byOwner.get(owner)
    byOwner.set(owner, fn)
    if (previous !== undefined) previous[Symbol.dispose]()
    else vm.addDisposal(owner, () => byOwner.delete(owner))
    for (const start of this.#early.get(kind)?.splice(0) ?? []) queueMicrotask(start)
  }

  has(kind: Kind): boolean {
    return (this.#byKind.get(kind)?.size ?? 0) > 0
  }

  /** Starts every callback of a kind, each in a coroutine of its own; their errors go to the VM's `onError`. */
  start(vm: LuaVmApi, kind: Kind, ...args: LuaValue[]): void {
    for (const fn of this.#live(kind)) vm.spawn(fn, args, callOptions(fn))
  }

  /** As {@link start}, or once there is a callback of the kind: Lua may boot for longer than clients wait. */
  startOnceTaken(vm: LuaVmApi, kind: Kind, ...args: LuaValue[]): void {
    if (this.has(kind)) return this.start(vm, kind, ...args)
    const early = this.#early.get(kind) ?? []
    this.#early.set(kind, early)
    if (early.length < MOST_EARLY) early.push(() => this.start(vm, kind, ...args))
  }

  /** Does it now, or after the calls of a kind that wait to be taken. */
  afterEarly(kind: Kind, then: () => void): void {
    const early = this.#early.get(kind) ?? []
    if (early.length === 0) then()
    else early.push(then)
  }

  /** Calls the latest callback of a kind and waits for its results; undefined when there is none. */
  async ask(vm: LuaVmApi, kind: Kind, ...args: LuaValue[]): Promise<LuaValue[] | undefined> {
    const fn = this.#live(kind).at(-1)
    return fn === undefined ? undefined : await vm.call(fn, args, callOptions(fn))
  }

  /** Calls the latest callback of a kind now, which therefore cannot wait. @throws LuaError */
  askNow(vm: LuaVmApi, kind: Kind, ...args: LuaValue[]): LuaValue[] | undefined {
    const fn = this.#live(kind).at(-1)
    return fn === undefined ? undefined : vm.callSync(fn, args, callOptions(fn))
  }

  #live(kind: Kind): LuaFunction[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])].filter((fn) => !fn.released)
  }
}

/** A plugin's work ends with the plugin; what botster's own modules have begun is finished by the code that began it. */
function callOptions(fn: LuaFunction) {
  return { budgetMs: HANDLER_BUDGET_MS, owner: fn.owner.startsWith('plugin.') ? fn.owner : HUB_OWNER }
}
