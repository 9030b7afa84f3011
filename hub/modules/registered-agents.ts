import { typeOf } from '../../lua/modules/web/options.ts'
import { LuaHandle, type LuaTable, type LuaValue, type LuaVmApi } from '../../lua/vm/index.ts'
import type { Loads } from './loads.ts'

/** The first session of every agent: it comes first wherever sessions are counted. */
const FIRST = 'agent'

interface RegisteredAgent {
  readonly key: string
  readonly handles: readonly LuaHandle[]
  /** Whom it goes with; undefined for what is gone only when it is said to be. */
  readonly owner: string | undefined
}

/** Who registers something. */
interface Registrar {
  readonly vm: LuaVmApi
  readonly owner: string
}

/**
 * The terminals of agents as Lua has named them (`hub.register_agent`), in the order clients count them. The hub's own
 * agents live as long as their records, whoever named their terminals; others go with the module that did.
 */
export class RegisteredAgents {
  readonly #loads: Loads
  readonly #isRecorded: (key: string) => boolean
  readonly #owners = new Set<string>()
  #agents: readonly RegisteredAgent[] = []

  /** @param isRecorded whether an agent of the hub's own has the key */
  constructor(loads: Loads, isRecorded: (key: string) => boolean) {
    this.#loads = loads
    this.#isRecorded = isRecorded
  }

  /** Adds an agent, or replaces what its key had, until a load that does so fails. Returns its index, from 0. */
  register({ vm, owner }: Registrar, key: string, handles: readonly LuaHandle[]): number {
    const agent = { key, handles, owner: this.#isRecorded(key) ? undefined : owner }
    if (agent.owner !== undefined) this.#own(vm, owner)
    const at = this.#index(key)
    const before = this.#agents[at]
    this.#loads.onFailure(owner, () => this.#replace(agent, before))
    if (before === undefined) return this.#insert(agent, this.#agents.length)
    this.#replace(before, agent)
    return at
  }

  /** Returns whether it was registered. Later agents move up. */
  unregister({ owner }: Registrar, key: string): boolean {
    const at = this.#index(key)
    const before = this.#agents[at]
    if (before === undefined) return false
    this.#loads.onFailure(owner, () => {
      if (this.#index(key) < 0) this.#insert(before, at)
    })
    this.#replace(before, undefined)
    return true
  }

  /** The handle of a terminal, both counted from 0. */
  terminal(agentIndex: number, ptyIndex: number): LuaHandle | undefined {
    return this.#agents[agentIndex]?.handles[ptyIndex]
  }

  #own(vm: LuaVmApi, owner: string): void {
    if (this.#owners.has(owner)) return
    this.#owners.add(owner)
    vm.addDisposal(owner, () => {
      this.#owners.delete(owner)
      this.#agents = this.#agents.filter((agent) => agent.owner !== owner)
    })
  }

  #insert(agent: RegisteredAgent, at: number): number {
    this.#agents = this.#agents.toSpliced(at, 0, agent)
    return Math.min(at, this.#agents.length - 1)
  }

  /** Does nothing when `agent` is no longer there. */
  #replace(agent: RegisteredAgent, by: RegisteredAgent | undefined): void {
    this.#agents = this.#agents.flatMap((one) => (one === agent ? (by ?? []) : one))
  }

  #index(key: string): number {
    return this.#agents.findIndex((agent) => agent.key === key)
  }
}

/**
 * The handles of `hub.register_agent`: a list as it is; by name, the first session and then the others by the alphabet.
 * @throws Error when there are none, or something else among them.
 */
export function inOrder(handles: LuaTable | LuaValue[]): LuaHandle[] {
  const entries: [string | number, LuaValue][] = Array.isArray(handles)
    ? handles.map((value, at) => [at + 1, value])
    : Object.keys(handles)
        .sort((a, b) => Number(b === FIRST) - Number(a === FIRST) || (a < b ? -1 : 1))
        .map((name) => [name, handles[name]])
  if (entries.length === 0) throw wrong('at least one pty handle expected, got an empty table')
  return entries.map(([name, value]) => {
    if (value instanceof LuaHandle && value.type === 'pty') return value
    throw wrong(`[${name}]: pty handle expected, got ${value instanceof LuaHandle ? value.type : typeOf(value)}`)
  })
}

function wrong(problem: string): Error {
  return new Error(`bad argument #2 to 'hub.register_agent' (${problem})`)
}
