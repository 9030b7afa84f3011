import * as z from 'zod'
import type { HubConnection } from './connect.ts'
import { runHubCommand } from './hub-command.ts'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null)
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? null)

const session = z.object({
  session_id: z.string(),
  name: z.string(),
  pid: number,
  cols: number,
  rows: number,
  port: number,
  title: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
})

const agent = z.object({
  id: z.string(),
  key: z.string(),
  name: text,
  display_name: text,
  branch_name: text,
  worktree_path: text,
  status: z.string(),
  state: z.string().default('starting'),
  state_since: number,
  state_reason: text,
  state_question: text,
  slug: text,
  port_base: number,
  sessions: z.preprocess((value) => (Array.isArray(value) ? value : []), z.array(session)), // an empty Lua table has no type
  created_at: z.number(),
})

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

/** All agents, in the order the hub keeps them. */
export async function listAgents(connection: HubConnection): Promise<ListedAgent[]> {
  const value = await runHubCommand(connection, 'list_agents')
  const { agents } = z
    .object({ agents: z.preprocess((list) => (Array.isArray(list) ? list : []), z.array(z.unknown())) })
    .parse(value)
  return agents.map(listedAgent)
}

/** An agent as the hub's Lua describes it, in the shape we promise. */
export function listedAgent(value: unknown): ListedAgent {
  const parsed = agent.parse(value)
  const { id, key, name, branch_name, worktree_path, status, sessions, slug, port_base, created_at } = parsed
  const { state, state_since, state_reason, state_question } = parsed
  return {
    key,
    id,
    name: name ?? key,
    branch: branch_name,
    worktree: worktree_path,
    status,
    state,
    state_since,
    state_reason,
    state_question,
    sessions: sessions.map(({ session_id, name, pid, cols, rows, title, port }) => ({
      id: session_id,
      name,
      pid,
      cols,
      rows,
      title,
      port,
    })),
    slug,
    port: port_base,
    created_at,
  }
}
