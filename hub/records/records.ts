import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { slugOf } from '../agents/slug.ts'
import { agentColumns, type Columns, fromRow, type Row, sessionColumns, toRow } from './columns.ts'
import { openDatabase } from './database.ts'
import { Messages } from './messages.ts'
import type { AgentChanges, AgentRecord, NewAgent, NewSession, SessionChanges, SessionRecord } from './types.ts'

export type * from './types.ts'

/** What people look at first is the agent itself, also when its program was started anew. */
const IN_ORDER = "ORDER BY name <> 'agent', rowid"

type Fact = 'root' | 'ptyhost' | 'mcp_port' | 'signalled_at'

/**
 * What the hub must still know after it was killed: agents and their sessions, in SQLite. A record is written before
 * the effect it describes, so that whatever a crash interrupts is found again; hub/agents/reconcile.ts brings the
 * records in line with what really runs. Every call is durable when it returns. All methods throw once closed.
 */
export class Records implements Disposable {
  /** Of the agents' inboxes. */
  readonly messages: Messages
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  private constructor(database: DatabaseSync) {
    this.#database = database
    this.messages = new Messages(database)
  }

  /** Opens or creates the file (mode 0600). @throws Error when a newer botster wrote it, or it is no database. */
  static open(path: string): Records {
    return new Records(openDatabase(path))
  }

  /** In the order they were created. */
  agents(): AgentRecord[] {
    return this.#all('SELECT * FROM agents ORDER BY created_at, rowid').map(readAgent)
  }

  agent(id: string): AgentRecord | undefined {
    return this.#all('SELECT * FROM agents WHERE id = ?', id).map(readAgent)[0]
  }

  agentByKey(key: string): AgentRecord | undefined {
    return this.#all('SELECT * FROM agents WHERE key = ?', key).map(readAgent)[0]
  }

  /** Writes a new agent. Status defaults to 'spawning_ptys'. @throws Error when its id or key is taken. */
  addAgent(agent: NewAgent): AgentRecord {
    this.#insert('agents', agentColumns, { ...agentDefaults(agent), ...agent })
    return this.agent(agent.id)!
  }

  /** Changes fields. Returns the record as it is now; undefined when there is no such agent. */
  updateAgent(id: string, changes: AgentChanges): AgentRecord | undefined {
    this.#update('agents', agentColumns, id, changes)
    return this.agent(id)
  }

  /** Forgets an agent and its sessions. */
  removeAgent(id: string): void {
    this.#run('DELETE FROM agents WHERE id = ?', id) // its sessions go with it: ON DELETE CASCADE
  }

  /** `agent` first, the others in the order they were added; without `agentId` those of all agents. */
  sessions(agentId?: string): SessionRecord[] {
    const rows =
      agentId === undefined
        ? this.#all(`SELECT * FROM sessions ${IN_ORDER}`)
        : this.#all(`SELECT * FROM sessions WHERE agent_id = ? ${IN_ORDER}`, agentId)
    return rows.map(readSession)
  }

  /** By the ptyhost's id, `<agent id>/<name>`. */
  session(id: string): SessionRecord | undefined {
    return this.#all('SELECT * FROM sessions WHERE id = ?', id).map(readSession)[0]
  }

  /** Writes a new session. Status defaults to 'starting'. @throws Error when its agent is unknown or its name taken. */
  addSession(session: NewSession): SessionRecord {
    const id = sessionId(session.agentId, session.name)
    this.#insert('sessions', sessionColumns, { ...sessionDefaults(), ...session, id })
    return this.session(id)!
  }

  /** Changes fields. Returns the record as it is now; undefined when there is no such session. */
  updateSession(id: string, changes: SessionChanges): SessionRecord | undefined {
    this.#update('sessions', sessionColumns, id, changes)
    return this.session(id)
  }

  removeSession(id: string): void {
    this.#run('DELETE FROM sessions WHERE id = ?', id)
  }

  /** What was last known of an agent's state, as its writer wrote it. */
  agentState(agentId: string): unknown {
    const [row] = this.#all('SELECT state FROM agent_states WHERE agent_id = ?', agentId)
    return row === undefined ? undefined : JSON.parse(String(row.state))
  }

  /** Does nothing when there is no such agent. */
  setAgentState(agentId: string, state: unknown): void {
    this.#run(
      'INSERT INTO agent_states SELECT id, ? FROM agents WHERE id = ? ' +
        'ON CONFLICT (agent_id) DO UPDATE SET state = excluded.state',
      JSON.stringify(state),
      agentId,
    )
  }

  /** Something to remember of the hub itself: the directory it is for, the pid of its ptyhost, when a signal ended it. */
  fact(name: Fact): string | undefined {
    return this.#all('SELECT value FROM facts WHERE name = ?', name).map(({ value }) => String(value))[0]
  }

  setFact(name: Fact, value: string): void {
    this.#run('INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', name, value)
  }

  removeFact(name: Fact): void {
    this.#run('DELETE FROM facts WHERE name = ?', name)
  }

  /** All or nothing: what `body` wrote is undone when it throws. Must not be nested, and `body` must not wait. */
  transaction<T>(body: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = body()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #insert<T extends object>(table: string, columns: Columns<T>, record: T): void {
    const row = toRow(columns, record)
    const names = Object.keys(row)
    this.#run(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ...Object.values(row),
    )
  }

  #update<T extends object>(table: string, columns: Columns<T>, id: string, changes: Partial<T>): void {
    const row = toRow(columns, changes)
    const names = Object.keys(row)
    if (names.length === 0) return
    this.#run(
      `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
      ...Object.values(row),
      id,
    )
  }

  #all(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[]
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#prepare(sql).run(...values)
  }

  /** Statements are few (their texts come from column lists) and compiling one costs more than running it. */
  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** The ptyhost's name for a session. */
function sessionId(agentId: string, name: string): string {
  return `${agentId}/${name}`
}

function readAgent(row: Row): AgentRecord {
  return fromRow<AgentRecord>(agentColumns, row)
}

function readSession(row: Row): SessionRecord {
  return fromRow<SessionRecord>(sessionColumns, row)
}

function agentDefaults({ id, key }: NewAgent): Omit<AgentRecord, 'id' | 'key' | 'name' | 'cwd'> {
  return {
    status: 'spawning_ptys',
    error: null,
    repo: null,
    branch: null,
    worktreePath: null,
    inWorktree: false,
    createdWorktree: false,
    branchCreatedAt: null,
    profileName: null,
    prompt: null,
    metadata: {},
    notification: false,
    slug: slugOf(key, id),
    portBase: null,
    parent: null,
    depth: 0,
    createdAt: Date.now(),
  }
}

function sessionDefaults(): Omit<SessionRecord, 'id' | 'agentId' | 'name' | 'argv' | 'cwd' | 'cols' | 'rows'> {
  return {
    status: 'starting',
    command: null,
    pid: null,
    title: '',
    port: null,
    portForward: false,
    exitCode: null,
    exitSignal: null,
    endedAt: null,
    createdAt: Date.now(),
  }
}
