import { LuaHandle, type LuaTable, type LuaValue } from '../../lua/vm/index.ts'

/** The first session of every agent: it comes first wherever sessions are counted. */
const FIRST = 'agent'

/** The terminals of agents as Lua has named them (`hub.register_agent`), in the order clients count them. */
export class RegisteredAgents {
  readonly #agents: { readonly key: string; readonly handles: readonly LuaHandle[] }[] = []

  /** Adds an agent, or replaces what its key had. Returns its index, from 0. @throws Error without a handle */
  register(key: string, handles: LuaTable | LuaValue[]): number {
    const agent = { key, handles: inOrder(handles) }
    if (agent.handles.length === 0) throw new Error(`agent '${key}' was registered without a terminal`)
    const at = this.#index(key)
    if (at < 0) return this.#agents.push(agent) - 1
    this.#agents[at] = agent
    return at
  }

  /** Returns whether it was registered. Later agents move up. */
  unregister(key: string): boolean {
    const at = this.#index(key)
    if (at >= 0) this.#agents.splice(at, 1)
    return at >= 0
  }

  /** The handle of a terminal, both counted from 0. */
  terminal(agentIndex: number, ptyIndex: number): LuaHandle | undefined {
    return this.#agents[agentIndex]?.handles[ptyIndex]
  }

  #index(key: string): number {
    return this.#agents.findIndex((agent) => agent.key === key)
  }
}

/** A list as it is; by name, the first session and then the others by the alphabet. */
function inOrder(handles: LuaTable | LuaValue[]): LuaHandle[] {
  const values = Array.isArray(handles)
    ? handles
    : Object.keys(handles)
        .sort((a, b) => Number(b === FIRST) - Number(a === FIRST) || (a < b ? -1 : 1))
        .map((name) => handles[name])
  return values.filter((value) => value instanceof LuaHandle)
}
