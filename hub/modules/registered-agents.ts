import { typeOf } from '../../lua/modules/web/options.ts'
import { LuaHandle, type LuaTable, type LuaValue } from '../../lua/vm/index.ts'

/** The first session of every agent: it comes first wherever sessions are counted. */
const FIRST = 'agent'

/** The terminals of agents as Lua has named them (`hub.register_agent`), in the order clients count them. */
export class RegisteredAgents {
  readonly #agents: { readonly key: string; readonly handles: readonly LuaHandle[] }[] = []

  /** Adds an agent, or replaces what its key had. Returns its index, from 0. */
  register(key: string, handles: readonly LuaHandle[]): number {
    const agent = { key, handles }
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
