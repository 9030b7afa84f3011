import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { listOf, tableOf } from './convert.ts'

const DEFAULT_ROWS = 24
const DEFAULT_COLS = 80

const words = z.union([z.string().min(1), listOf(z.string())])
const text = z.string().min(1)

/** The argument of `pty.spawn`. */
export const ptyConfig = z.strictObject({
  cmd: words.optional(),
  command: words.optional(),
  args: listOf(z.string()).optional(),
  cwd: text.optional(),
  worktreePath: text.optional(),
  env: tableOf(z.string()).default({}),
  inheritEnv: z.boolean().default(true),
  clientId: text.optional(),
  initCommands: listOf(z.string()).default([]),
  detectNotifications: z.boolean().default(true),
  port: z.number().int().min(1).max(65_535).optional(),
  rows: z.number().int().min(1).max(1000).default(DEFAULT_ROWS),
  cols: z.number().int().min(1).max(2000).default(DEFAULT_COLS),
  agentId: text.optional(),
  agentKey: text.optional(),
  sessionName: text.default('agent'),
  labels: tableOf(z.string()).default({}),
})
export type PtyConfig = z.infer<typeof ptyConfig>

/** What to run: `cmd` or `command` split at white space (or given as a list), then `args`; without them `shell`. */
export function argvOf(config: PtyConfig, shell: string): [string, ...string[]] {
  const given = config.cmd ?? config.command ?? []
  const [program, ...rest] = typeof given === 'string' ? given.trim().split(/\s+/) : given
  return [program || shell, ...rest, ...(config.args ?? [])]
}

/** The ptyhost's name for it: `<agent id>/<session name>`; a session of no agent gets a random first part. */
export function ptyId(config: PtyConfig): string {
  return `${config.agentId ?? `pty-${randomBytes(6).toString('hex')}`}/${config.sessionName}`
}

/** What the ptyhost keeps with the session, so that it can be told what it was when nothing else remembers. */
export function labelsOf(config: PtyConfig): Record<string, string> {
  const labels: Record<string, string> = { ...config.labels, session_name: config.sessionName }
  if (config.agentId !== undefined) labels.agent_id = config.agentId
  if (config.agentKey !== undefined) labels.agent_key = config.agentKey
  if (config.port !== undefined) labels.port = String(config.port)
  if (!config.detectNotifications) labels.detect_notifications = 'false'
  return labels
}
