import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** A message in an agent's inbox. Times are milliseconds since the epoch. */
export interface MessageRecord {
  readonly id: string
  /** Whose inbox it is in. */
  readonly agentId: string
  /** Who wrote it, for people. */
  readonly sender: string
  readonly text: string
  readonly createdAt: number
  readonly expiresAt: number
  /** When the agent was told that it is there. */
  readonly rungAt?: number
  readonly readAt?: number
}

export type NewMessage = Pick<MessageRecord, 'agentId' | 'sender' | 'text' | 'expiresAt'>

interface MessageRow {
  readonly id: string
  readonly agent_id: string
  readonly sender: string
  readonly text: string
  readonly created_at: number
  readonly expires_at: number
  readonly rung_at: number | null
  readonly read_at: number | null
}

/** Messages to agents: kept until they expire, whoever dies meanwhile. Every call is durable when it returns. */
export class Messages {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Of one agent, or all, oldest first, expired ones included. */
  list(agentId?: string): MessageRecord[] {
    const where = agentId === undefined ? '' : 'WHERE agent_id = ? '
    const statement = this.#database.prepare(`SELECT * FROM messages ${where}ORDER BY created_at, rowid`)
    const rows = agentId === undefined ? statement.all() : statement.all(agentId)
    return (rows as unknown as MessageRow[]).map(readMessage)
  }

  get(id: string): MessageRecord | undefined {
    const row = this.#database.prepare('SELECT * FROM messages WHERE id = ?').get(id) as MessageRow | undefined
    return row && readMessage(row)
  }

  /** @throws Error when there is no such agent. */
  add({ agentId, sender, text, expiresAt }: NewMessage): MessageRecord {
    const id = randomBytes(6).toString('hex')
    this.#database
      .prepare('INSERT INTO messages (id, agent_id, sender, text, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, agentId, sender, text, Date.now(), expiresAt)
    return this.get(id)!
  }

  /** The agent was told of it. */
  noteRung(id: string): void {
    this.#database.prepare('UPDATE messages SET rung_at = ? WHERE id = ?').run(Date.now(), id)
  }

  /** The agent took it. */
  noteRead(id: string): void {
    this.#database.prepare('UPDATE messages SET read_at = ? WHERE id = ? AND read_at IS NULL').run(Date.now(), id)
  }

  /** Forgets messages whose time was over before that moment. */
  forgetExpired(before: number): void {
    this.#database.prepare('DELETE FROM messages WHERE expires_at < ?').run(before)
  }
}

function readMessage(row: MessageRow): MessageRecord {
  return {
    id: row.id,
    agentId: row.agent_id,
    sender: row.sender,
    text: row.text,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    rungAt: row.rung_at ?? undefined,
    readAt: row.read_at ?? undefined,
  }
}
