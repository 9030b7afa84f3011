import type { Agent, Session } from './agent.ts'

/** Which agent and session is meant: by stable id, or by place in the list; without either, the selected one. */
export interface Target {
  readonly agentId?: string
  readonly agentIndex?: number
  readonly ptyIndex?: number
}

export interface Selection {
  readonly agent: Agent
  readonly agentIndex: number
  readonly ptyIndex: number
  /** Absent while the agent has none yet. */
  readonly session: Session | undefined
}

/**
 * The hub's list of agents, and which of them the user looks at. The selection is kept by id and by session name, so
 * that it survives whatever comes and goes around it; a vanished agent hands it to its neighbour.
 */
export class Agents {
  #list: readonly Agent[] = []
  #selectedId: string | undefined
  /** Session last looked at, by agent id. */
  readonly #sessionNames = new Map<string, string>()

  get list(): readonly Agent[] {
    return this.#list
  }

  /** The list as the hub sent it last. */
  replace(list: readonly Agent[]): void {
    const before = this.selectedIndex
    this.#list = list
    if (this.#selectedId !== undefined && !list.some(({ id }) => id === this.#selectedId)) {
      this.#selectedId = list[Math.min(before ?? 0, list.length - 1)]?.id
    }
    for (const id of this.#sessionNames.keys()) {
      if (!list.some((agent) => agent.id === id)) this.#sessionNames.delete(id)
    }
  }

  /** From 0; undefined while nothing is selected. */
  get selectedIndex(): number | undefined {
    const index = this.#list.findIndex(({ id }) => id === this.#selectedId)
    return index < 0 ? undefined : index
  }

  get selected(): Selection | undefined {
    return this.resolve({})
  }

  /** Selects an agent and one of its sessions; a target that does not exist changes nothing and gives false. */
  select(target: Target): boolean {
    const found = this.resolve(target)
    if (found === undefined) return false
    this.#selectedId = found.agent.id
    if (target.ptyIndex !== undefined && found.session) this.#sessionNames.set(found.agent.id, found.session.name)
    return true
  }

  deselect(): void {
    this.#selectedId = undefined
  }

  /** The agent and session a target means; undefined when there is no such agent. */
  resolve({ agentId, agentIndex, ptyIndex }: Target): Selection | undefined {
    const index =
      agentId !== undefined
        ? this.#list.findIndex(({ id }) => id === agentId)
        : (agentIndex ?? this.selectedIndex ?? -1)
    const agent = this.#list[index]
    if (agent === undefined) return undefined
    const active = ptyIndex ?? this.#activeSession(agent)
    const place = active < agent.sessions.length ? active : 0
    return { agent, agentIndex: index, ptyIndex: place, session: agent.sessions[place] }
  }

  #activeSession(agent: Agent): number {
    const name = this.#sessionNames.get(agent.id)
    return Math.max(
      0,
      agent.sessions.findIndex((session) => session.name === name),
    )
  }
}
