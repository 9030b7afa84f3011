/** What an agent is doing. */
export type AgentStatus =
  | 'creating_worktree'
  | 'spawning_ptys'
  | 'running'
  | 'stopping'
  | 'removing_worktree'
  | 'failed' // it never came to run, or its deletion stopped half way: `error` says why
  | 'exited' // every session ended
  | 'lost' // the ptyhost died with it

export interface AgentRecord {
  /** Random 12 hex digits; never changes. */
  readonly id: string
  /** Unique and readable: repository name and branch with `/` → `-`, suffix -2, -3 when taken. */
  readonly key: string
  /** What people see; they may change it. */
  readonly name: string
  readonly status: AgentStatus
  /** Why it failed. */
  readonly error: string | null
  readonly repo: string | null
  readonly branch: string | null
  readonly worktreePath: string | null
  /** It has a worktree of its own. */
  readonly inWorktree: boolean
  /** botster made that worktree (it was not there before). */
  readonly createdWorktree: boolean
  /** botster made that branch, at this commit; null when it was there before. */
  readonly branchCreatedAt: string | null
  readonly cwd: string
  readonly profileName: string | null
  readonly prompt: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  /** It wants attention. */
  readonly notification: boolean
  /** Unique name for databases and compose projects: small letters, digits and `_`, at most 40. */
  readonly slug: string
  /** First port of its block; null when it has none. */
  readonly portBase: number | null
  /** Id of the agent that created it; null when a person did. */
  readonly parent: string | null
  /** How many agents stand between it and a person. */
  readonly depth: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

export type SessionStatus = 'starting' | 'running' | 'exited' | 'lost'

export interface SessionRecord {
  /** `<agent id>/<name>`: the ptyhost's name for it. */
  readonly id: string
  readonly agentId: string
  /** `agent` for the first one. */
  readonly name: string
  readonly status: SessionStatus
  readonly argv: readonly string[]
  /** What was asked for: text for the user's shell, or a program and its arguments; null for the shell itself. */
  readonly command: string | readonly string[] | null
  readonly cwd: string
  readonly cols: number
  readonly rows: number
  readonly pid: number | null
  readonly title: string
  readonly port: number | null
  readonly portForward: boolean
  readonly exitCode: number | null
  /** A name such as SIGKILL. */
  readonly exitSignal: string | null
  /** When the hub heard that it ended: milliseconds since the epoch. */
  readonly endedAt: number | null
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** What must be known of a new agent; the rest has defaults. */
export type NewAgent = Pick<AgentRecord, 'id' | 'key' | 'name' | 'cwd'> & Partial<AgentRecord>
/** What must be known of a new session; its id comes from agent and name. */
export type NewSession = Pick<SessionRecord, 'agentId' | 'name' | 'argv' | 'cwd' | 'cols' | 'rows'> &
  Partial<Omit<SessionRecord, 'id'>>
export type AgentChanges = Partial<Omit<AgentRecord, 'id'>>
export type SessionChanges = Partial<Omit<SessionRecord, 'id' | 'agentId' | 'name'>>
