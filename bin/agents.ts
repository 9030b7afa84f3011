import { connectHub, type HubConnection } from './connect.ts'
import { runHubCommand } from './hub-command.ts'
import { findPlace, type Place } from './place.ts'

/** One agent in `--json` output: stable, documented in docs/cli.md. */
export interface ListedAgent {
  readonly key: string
  readonly id: string
  readonly name: string
  readonly branch: string | null
  readonly worktree: string | null
  readonly status: string
  /** What it is doing: starting, working, waiting, done, idle, failed or exited. */
  readonly state: string
  /** Seconds since the epoch. */
  readonly state_since: number | null
  readonly state_reason: string | null
  /** What it asks, while it waits. */
  readonly state_question: string | null
  readonly sessions: readonly {
    readonly id: string
    readonly name: string
    readonly pid: number | null
    readonly cols: number | null
    readonly rows: number | null
    readonly title: string
    /** Its own, when it forwards one. */
    readonly port: number | null
  }[]
  /** BOTSTER_SLUG of its sessions. */
  readonly slug: string | null
  /** The first of its ten ports. */
  readonly port: number | null
  /** Milliseconds since the epoch. */
  readonly created_at: number
}

/** The agents of this place; none where no hub ever ran. */
export async function agentsHere(): Promise<{ readonly place: Place; readonly agents: readonly ListedAgent[] }> {
  const place = await findPlace()
  using connection = await connectHub(place, { role: 'cli', start: 'known' })
  return { place, agents: connection === undefined ? [] : await listAgents(connection) }
}

/** All agents, in the order the hub keeps them. */
export async function listAgents(connection: HubConnection): Promise<ListedAgent[]> {
  const value = await runHubCommand(connection, 'list_agents')
  return list(record(value, 'the list of agents'), 'agents').map(listedAgent)
}

/**
 * An agent as the hub's Lua describes it, in the shape we promise.
 * @throws TypeError naming the field that is not as it should be
 */
export function listedAgent(value: unknown): ListedAgent {
  const agent = record(value, 'an agent')
  const key = required(agent, 'key', 'string')
  return {
    key,
    id: required(agent, 'id', 'string'),
    name: optional(agent, 'name', 'string') ?? key,
    branch: optional(agent, 'branch_name', 'string'),
    worktree: optional(agent, 'worktree_path', 'string'),
    status: required(agent, 'status', 'string'),
    state: optional(agent, 'state', 'string') ?? 'starting',
    state_since: optional(agent, 'state_since', 'number'),
    state_reason: optional(agent, 'state_reason', 'string'),
    state_question: optional(agent, 'state_question', 'string'),
    sessions: list(agent, 'sessions').map(listedSession),
    slug: optional(agent, 'slug', 'string'),
    port: optional(agent, 'port_base', 'number'),
    created_at: required(agent, 'created_at', 'number'),
  }
}

function listedSession(value: unknown): ListedAgent['sessions'][number] {
  const session = record(value, 'a session')
  return {
    id: required(session, 'session_id', 'string'),
    name: required(session, 'name', 'string'),
    pid: optional(session, 'pid', 'number'),
    cols: optional(session, 'cols', 'number'),
    rows: optional(session, 'rows', 'number'),
    title: optional(session, 'title', 'string') ?? '',
    port: optional(session, 'port', 'number'),
  }
}

// By hand and not by a schema: making and using one took a tenth of the time of `botster list`.

interface Kinds {
  readonly string: string
  readonly number: number
}

function required<Kind extends keyof Kinds>(from: Readonly<Record<string, unknown>>, field: string, kind: Kind) {
  const value = optional(from, field, kind)
  if (value === null) throw new TypeError(`the hub's ${field} is missing: ${kind} expected`)
  return value
}

/** Lua has no null: what is not there is missing. */
function optional<Kind extends keyof Kinds>(
  from: Readonly<Record<string, unknown>>,
  field: string,
  kind: Kind,
): Kinds[Kind] | null {
  const value = from[field] ?? null
  if (value === null) return null
  if (typeof value !== kind) throw new TypeError(`the hub's ${field} is a ${typeof value}: ${kind} expected`)
  return value as Kinds[Kind]
}

/** An empty Lua table has no type. */
function list(from: Readonly<Record<string, unknown>>, field: string): readonly unknown[] {
  const value = from[field]
  return Array.isArray(value) ? value : []
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  throw new TypeError(`the hub answered with something else than ${what}: ${JSON.stringify(value)}`)
}
