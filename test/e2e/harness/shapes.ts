/** `botster list --json`, as docs/cli.md promises it. */
export interface Agent {
  readonly key: string
  readonly id: string
  readonly name: string
  readonly branch: string | null
  readonly slug: string | null
  readonly port: number | null
  readonly worktree: string | null
  readonly status: string
  readonly state: string
  readonly state_since: number | null
  readonly state_reason: string | null
  readonly state_question: string | null
  readonly sessions: readonly {
    readonly id: string
    readonly name: string
    readonly pid: number
    readonly cols: number
    readonly rows: number
    readonly title: string
  }[]
  readonly created_at: number
}

/** `botster status --json`. */
export interface Status {
  readonly hub: { readonly pid: number; readonly version: string; readonly uptime: number }
  readonly ptyhost: { readonly pid: number; readonly sessions: number } | null
  readonly clients: number
  readonly agents: number
  readonly errors: readonly { readonly at: number; readonly owner: string; readonly message: string }[]
}
