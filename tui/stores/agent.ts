/** An agent as the hub describes it in `agent_list`, as far as the TUI's own code looks at it. */
export interface Agent {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly status: string
  readonly sessions: readonly Session[]
}

export interface Session {
  readonly name: string
  /** The ptyhost's name for it. */
  readonly sessionId: string
  readonly exited: boolean
}

/** Reads the `agents` of an `agent_list` message. What is not an agent is left out: the hub's Lua may be anybody's. */
export function readAgents(value: unknown): Agent[] {
  return readArray(value).flatMap((entry) => readAgent(entry) ?? [])
}

function readAgent(value: unknown): Agent | undefined {
  if (!isRecord(value) || typeof value.id !== 'string') return undefined
  const { id } = value
  return {
    id,
    key: text(value.key) ?? id,
    name: text(value.display_name) ?? text(value.name) ?? text(value.key) ?? id,
    status: text(value.status) ?? 'running',
    sessions: readArray(value.sessions).flatMap((entry) => readSession(entry, id) ?? []),
  }
}

function readSession(value: unknown, agentId: string): Session | undefined {
  if (!isRecord(value) || typeof value.name !== 'string') return undefined
  const { name } = value
  return { name, sessionId: text(value.session_id) ?? `${agentId}/${name}`, exited: value.exited === true }
}

/** An empty Lua table arrives as `{}`. */
function readArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
