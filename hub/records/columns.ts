import type { AgentRecord, SessionRecord } from './types.ts'

/** How a field is stored: as it is, as 0 or 1, or as JSON text. */
type Kind = 'plain' | 'flag' | 'json'
type Stored = string | number | null
export type Row = Record<string, Stored>
/** Column name and storage of each field of a record. */
export type Columns<T> = { readonly [Field in keyof T & string]: readonly [column: string, kind: Kind] }

export const agentColumns: Columns<AgentRecord> = {
  id: ['id', 'plain'],
  key: ['key', 'plain'],
  name: ['name', 'plain'],
  status: ['status', 'plain'],
  error: ['error', 'plain'],
  repo: ['repo', 'plain'],
  branch: ['branch', 'plain'],
  worktreePath: ['worktree_path', 'plain'],
  inWorktree: ['in_worktree', 'flag'],
  createdWorktree: ['created_worktree', 'flag'],
  branchCreatedAt: ['branch_created_at', 'plain'],
  cwd: ['cwd', 'plain'],
  profileName: ['profile_name', 'plain'],
  prompt: ['prompt', 'plain'],
  metadata: ['metadata', 'json'],
  notification: ['notification', 'flag'],
  slug: ['slug', 'plain'],
  portBase: ['port_base', 'plain'],
  parent: ['parent', 'plain'],
  depth: ['depth', 'plain'],
  createdAt: ['created_at', 'plain'],
}

export const sessionColumns: Columns<SessionRecord> = {
  id: ['id', 'plain'],
  agentId: ['agent_id', 'plain'],
  name: ['name', 'plain'],
  status: ['status', 'plain'],
  argv: ['argv', 'json'],
  command: ['command', 'json'],
  cwd: ['cwd', 'plain'],
  cols: ['cols', 'plain'],
  rows: ['rows', 'plain'],
  pid: ['pid', 'plain'],
  title: ['title', 'plain'],
  port: ['port', 'plain'],
  portForward: ['port_forward', 'flag'],
  exitCode: ['exit_code', 'plain'],
  exitSignal: ['exit_signal', 'plain'],
  endedAt: ['ended_at', 'plain'],
  createdAt: ['created_at', 'plain'],
}

/** The columns of those fields that are present. */
export function toRow<T extends object>(columns: Columns<T>, record: Partial<T>): Row {
  const row: Row = {}
  for (const [field, [column, kind]] of entries(columns)) {
    const value = (record as Record<string, unknown>)[field]
    if (value !== undefined) row[column] = store(kind, value)
  }
  return row
}

export function fromRow<T>(columns: Columns<T>, row: Row): T {
  const record: Record<string, unknown> = {}
  for (const [field, [column, kind]] of entries(columns)) record[field] = restore(kind, row[column] ?? null)
  return record as T
}

function entries<T>(columns: Columns<T>): [string, readonly [string, Kind]][] {
  return Object.entries(columns)
}

function store(kind: Kind, value: unknown): Stored {
  switch (kind) {
    case 'plain':
      return value as Stored
    case 'flag':
      return value ? 1 : 0
    case 'json':
      return JSON.stringify(value)
  }
}

function restore(kind: Kind, value: Stored): unknown {
  switch (kind) {
    case 'plain':
      return value
    case 'flag':
      return value === 1
    case 'json':
      return JSON.parse(String(value))
  }
}
