import * as z from 'zod'
import {
  defineFunction,
  defineModule,
  failure,
  type LuaModule,
  type LuaTable,
  type LuaValue,
} from '../../lua/vm/index.ts'
import { freeKey, newAgentId } from '../agents/key.ts'
import { SessionPorts } from '../agents/ports.ts'
import { relabel } from '../agents/relabel.ts'
import type { AgentChanges, NewAgent, NewSession, SessionChanges } from '../records/types.ts'
import type { HubContext } from '../types.ts'
import { camelCase, listOf, parse, snakeCase, tableOf } from './convert.ts'
import { messageFunctions } from './message-records.ts'

const agentStatus = z.enum([
  'creating_worktree',
  'spawning_ptys',
  'running',
  'stopping',
  'removing_worktree',
  'failed',
  'exited',
  'lost',
])
const sessionStatus = z.enum(['starting', 'running', 'exited', 'lost'])
const text = z.string()
const count = z.number().int()

const agentChanges = z.strictObject({
  key: text.min(1).optional(),
  name: text.min(1).optional(),
  status: agentStatus.optional(),
  error: text.nullable().optional(),
  repo: text.nullable().optional(),
  branch: text.nullable().optional(),
  worktreePath: text.nullable().optional(),
  inWorktree: z.boolean().optional(),
  createdWorktree: z.boolean().optional(),
  branchCreatedAt: text.nullable().optional(),
  cwd: text.optional(),
  profileName: text.nullable().optional(),
  prompt: text.nullable().optional(),
  metadata: tableOf(z.unknown()).optional(),
  notification: z.boolean().optional(),
  slug: text.min(1).optional(),
  portBase: count.nullable().optional(),
  parent: text.nullable().optional(),
  depth: count.optional(),
  createdAt: count.optional(),
})
const newAgent = agentChanges.extend({ id: text.min(1), key: text.min(1), name: text.min(1), cwd: text })

const sessionChanges = z.strictObject({
  status: sessionStatus.optional(),
  argv: listOf(text).optional(),
  command: z
    .union([text, listOf(text)])
    .nullable()
    .optional(),
  cwd: text.optional(),
  cols: count.optional(),
  rows: count.optional(),
  pid: count.nullable().optional(),
  title: text.optional(),
  port: count.nullable().optional(),
  portForward: z.boolean().optional(),
  exitCode: count.nullable().optional(),
  exitSignal: text.nullable().optional(),
  endedAt: count.nullable().optional(),
  createdAt: count.optional(),
})
const newSession = sessionChanges.extend({
  agentId: text.min(1),
  name: text.min(1),
  argv: listOf(text),
  cwd: text,
  cols: count,
  rows: count,
})

const AGENT =
  '{id: string, key: string, name: string, status: string, error: string?, repo: string?, branch: string?, ' +
  'worktree_path: string?, in_worktree: boolean, created_worktree: boolean, branch_created_at: string?, cwd: string, ' +
  'profile_name: string?, prompt: string?, metadata: table, notification: boolean, slug: string, ' +
  'port_base: integer?, parent: string?, depth: integer, created_at: integer}'
const SESSION =
  '{id: string, agent_id: string, name: string, status: string, argv: string[], ' +
  'command: (string | string[])?, cwd: string, cols: integer, ' +
  'rows: integer, pid: integer?, title: string, port: integer?, port_forward: boolean, exit_code: integer?, ' +
  'exit_signal: string?, ended_at: integer?, created_at: integer}'

const idArgument = { name: 'id', type: 'text' } as const
const changesArgument = { name: 'changes', type: 'table', doc: 'the fields to change; json.null empties one' } as const

/** What the hub remembers of agents and sessions across its own death: hub/records as Lua sees it. */
export function recordsModule(hub: () => HubContext): LuaModule {
  const ports = new SessionPorts(
    () => hub().records,
    () => hub().portBlocks,
  )
  return defineModule({
    name: 'records',
    doc:
      'Agents and their sessions, in the hub’s database. A record is written before the effect it describes, so that ' +
      'whatever a crash interrupts is found again. Every call is durable when it returns. Fields are those of the ' +
      'database in snake_case; one that is empty is absent.',
    functions: {
      new_id: defineFunction({
        doc: 'An id for a new agent: 12 random hex digits.',
        returns: [{ type: 'text' }],
        call: () => newAgentId(),
      }),
      free_key: defineFunction({
        doc: 'The wanted key, or with the suffix -2, -3, … while another agent has it.',
        args: [{ name: 'wanted', type: 'text' }],
        returns: [{ type: 'text' }],
        call: (_, wanted) => freeKey(hub().records, wanted),
      }),
      free_port: defineFunction({
        doc: 'A port from 8080 upward that no session has and nobody listens on. It is kept for the asker for 10 s.',
        returns: [{ type: 'integer' }],
        yields: true,
        raises: { 'no port': 'when every one is taken' },
        call: () => ports.free(),
      }),
      claim_ports: defineFunction({
        doc:
          'Gives an agent its block of ten ports, from 8080 upward, that no other agent of this user has and nobody ' +
          'listens on, and returns the first. It keeps them until it is forgotten.',
        args: [idArgument],
        returns: [{ type: ['integer', 'nil'] }],
        yields: true,
        raises: { 'no port': 'when every one is taken' },
        example: 'local first = records.claim_ports(id)',
        call: async (_, id) => {
          const { records } = hub()
          const agent = records.agent(id)
          if (agent === undefined) return undefined
          if (agent.portBase !== null) return agent.portBase
          const portBase = await hub().portBlocks.claim(id)
          if (records.updateAgent(id, { portBase }) === undefined) hub().portBlocks.release(id)
          return portBase
        },
      }),
      agents: defineFunction({
        doc: 'All agents in the order they were created.',
        returns: [{ type: 'list', luaType: `(${AGENT})[]` }],
        call: () => hub().records.agents().map(agentTable),
      }),
      agent: defineFunction({
        doc: 'One agent, or nil.',
        args: [idArgument],
        returns: [{ type: ['table', 'nil'], luaType: `(${AGENT})?` }],
        call: (_, id) => optional(hub().records.agent(id), agentTable),
      }),
      add_agent: defineFunction({
        doc: 'Writes a new agent and returns its record.',
        args: [{ name: 'fields', type: 'table', doc: 'id, key, name and cwd are required' }],
        returns: [{ type: 'table', luaType: AGENT }],
        raises: {
          'constraint failed': 'when id or key is taken',
          'bad argument #1': 'when a field has the wrong type',
        },
        example: 'records.add_agent{ id = "3f…", key = "app-fix", name = "fix", cwd = "/src/app" }',
        call: (_, fields) =>
          agentTable(hub().records.addAgent(parse(newAgent, camel(fields), 'records.add_agent') as NewAgent)),
      }),
      update_agent: defineFunction({
        doc: 'Changes fields of an agent. Returns its record as it is now, nil when there is none.',
        args: [idArgument, changesArgument],
        returns: [{ type: ['table', 'nil'], luaType: `(${AGENT})?` }],
        raises: { 'bad argument #2': 'when a field is unknown or has the wrong type' },
        example: 'records.update_agent(id, { status = "failed", error = message })',
        call: (_, id, changes) => {
          const parsed = parse(agentChanges, camel(changes), 'records.update_agent', 2) as AgentChanges
          const agent = hub().records.updateAgent(id, parsed)
          if (agent !== undefined && parsed.name !== undefined) relabel(hub(), agent)
          return optional(agent, agentTable)
        },
      }),
      remove_agent: defineFunction({
        doc: 'Forgets an agent and its sessions.',
        args: [idArgument],
        call: (_, id) => {
          hub().records.removeAgent(id)
          hub().portBlocks.release(id)
          hub().history.forget(id)
        },
      }),
      sessions: defineFunction({
        doc: 'The sessions of one agent, or of all: `agent` first, the others in the order they were added.',
        args: [{ name: 'agent_id', type: 'text', optional: true }],
        returns: [{ type: 'list', luaType: `(${SESSION})[]` }],
        call: (_, agentId) => hub().records.sessions(agentId).map(sessionTable),
      }),
      session: defineFunction({
        doc: 'One session by its id, `<agent id>/<name>`, or nil.',
        args: [idArgument],
        returns: [{ type: ['table', 'nil'], luaType: `(${SESSION})?` }],
        call: (_, id) => optional(hub().records.session(id), sessionTable),
      }),
      add_session: defineFunction({
        doc: 'Writes a new session and returns its record.',
        args: [{ name: 'fields', type: 'table', doc: 'agent_id, name, argv, cwd, cols and rows are required' }],
        returns: [{ type: 'table', luaType: SESSION }],
        raises: {
          'constraint failed': 'when the agent is unknown, or its session name taken',
          'bad argument #1': 'when a field has the wrong type',
        },
        call: (_, fields) =>
          sessionTable(hub().records.addSession(parse(newSession, camel(fields), 'records.add_session') as NewSession)),
      }),
      update_session: defineFunction({
        doc: 'Changes fields of a session. Returns its record as it is now, nil when there is none.',
        args: [idArgument, changesArgument],
        returns: [{ type: ['table', 'nil'], luaType: `(${SESSION})?` }],
        raises: { 'bad argument #2': 'when a field is unknown or has the wrong type' },
        call: (_, id, changes) =>
          optional(
            hub().records.updateSession(
              id,
              parse(sessionChanges, camel(changes), 'records.update_session', 2) as SessionChanges,
            ),
            sessionTable,
          ),
      }),
      ...messageFunctions(hub),
      state: defineFunction({
        doc: 'What `set_state` last kept of an agent, or nil.',
        args: [idArgument],
        returns: [{ type: ['table', 'nil'] }],
        call: (_, id) => hub().records.agentState(id) as LuaTable | undefined,
      }),
      set_state: defineFunction({
        doc: 'Keeps what is known of an agent’s state; goes with the agent.',
        args: [idArgument, { name: 'state', type: 'table' }],
        call: (_, id, state) => {
          hub().records.setAgentState(id, state)
        },
      }),
      remove_session: defineFunction({
        doc: 'Forgets a session, and what is kept of its terminal.',
        args: [
          idArgument,
          { name: 'options', type: 'table', optional: true, doc: '{keep_history = false}: it will be started again' },
        ],
        call: (_, id, options) => {
          hub().records.removeSession(id)
          const keepsHistory = options !== undefined && !Array.isArray(options) && options.keep_history === true
          if (!keepsHistory) hub().history.forget(id)
        },
      }),
      keep_history: defineFunction({
        doc: 'Keeps what a session’s terminal shows now, before it is released: `saved_history` has it then.',
        args: [idArgument],
        returns: [{ type: ['boolean', 'nil'] }],
        yields: true,
        failures: { not_kept: 'the ptyhost or the disk refused' },
        example: 'records.keep_history("3f9a1c07be42/agent")',
        call: async (_, id) => {
          try {
            await hub().history.keep(id)
            return true
          } catch (error) {
            return failure(error instanceof Error ? error.message : String(error), { kind: 'not_kept' })
          }
        },
      }),
      saved_history: defineFunction({
        doc: 'The file with what a session’s terminal showed when it was last kept (text with escape sequences), or nil.',
        args: [idArgument],
        returns: [{ type: ['text', 'nil'] }],
        example: 'local file = records.saved_history("3f9a1c07be42/agent")',
        call: (_, id) => hub().history.saved(id),
      }),
    },
  })
}

const agentTable: (record: object) => LuaTable = snakeCase
const sessionTable: (record: object) => LuaTable = snakeCase

function camel(fields: LuaTable | LuaValue[]): Record<string, LuaValue> {
  return Array.isArray(fields) ? {} : camelCase(fields)
}

function optional<T>(record: T | undefined, table: (record: T) => LuaTable): LuaTable | undefined {
  return record === undefined ? undefined : table(record)
}
