import type { Command } from 'commander'
import * as z from 'zod'
import { defineCommand } from '../command.ts'
import type { HubConnection } from '../connect.ts'
import { CommandFailed, UsageError } from '../usage.ts'

const worktree = z.object({
  path: z.string(),
  branch: nullable(z.string()),
  agent_key: nullable(z.string()),
  bytes: nullable(z.number()),
  committed_at: nullable(z.number()),
  is_missing: z.boolean(),
  is_clean: z.boolean(),
  changed: z.number(),
  merged: nullable(z.string()),
  stale: z.boolean(),
  reason: z.string(),
})
type SurveyedWorktree = z.infer<typeof worktree>

const survey = z.object({
  worktrees: z.preprocess((value) => (Array.isArray(value) ? value : []), z.array(worktree)),
  total_bytes: z.number(),
  free_bytes: nullable(z.number()),
  budget_bytes: nullable(z.number()),
  warning: nullable(z.string()),
})

interface WorktreesOptions {
  readonly yes?: boolean
  readonly branches?: boolean
  readonly json?: boolean
}

export function command(): Command {
  return defineCommand('worktrees')
    .description('list the worktrees botster made, with their sizes, or clean away those that nobody needs')
    .argument('[action]', 'clean: delete the stale ones')
    .option('-y, --yes', 'clean without asking')
    .option('--branches', 'clean also their branches, when all they changed is merged')
    .option('--json', 'machine-readable (docs/cli.md)')
    .addHelpText(
      'after',
      `
Stale is a worktree that no agent has and that holds no work: nothing uncommitted, and every commit merged, also when it
was squashed. Others are never cleaned: \`botster kill AGENT --delete-worktree --force\` is the way to lose work.

Examples:
  botster worktrees
  botster worktrees clean --branches`,
    )
    .action(worktrees)
}

async function worktrees(action: string | undefined, options: WorktreesOptions): Promise<void> {
  if (action !== undefined && action !== 'clean') throw new UsageError(`unknown action '${action}'`, 'there is: clean')
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'needed' })
  const found = survey.parse(await runHubCommand(connection, 'survey_worktrees'))
  if (action === 'clean') return await clean(connection, found.worktrees, options)
  const { note, print, printJson } = await import('../output.ts')
  if (options.json) return printJson(found)
  if (found.worktrees.length === 0) return note('botster made no worktrees here')
  print(...(await table(found.worktrees)), '', await summary(found))
  if (found.warning !== null) note(`warning: ${found.warning}`)
}

async function table(all: readonly SurveyedWorktree[]): Promise<string[]> {
  const { formatTable } = await import('../table.ts')
  const { formatBytes, plain } = await import('../output.ts')
  const rows = all.map(({ branch, agent_key, bytes, stale, reason, path }) => [
    branch ?? '(detached)',
    agent_key ?? '-',
    bytes === null ? '-' : formatBytes(bytes),
    stale ? 'stale' : 'kept',
    reason,
    plain(path),
  ])
  return formatTable([['BRANCH', 'AGENT', 'SIZE', '', 'WHY', 'WORKTREE'], ...rows], process.stdout.columns)
}

async function summary({ worktrees: all, total_bytes, free_bytes }: z.infer<typeof survey>): Promise<string> {
  const { formatBytes } = await import('../output.ts')
  const stale = all.filter((one) => one.stale)
  const gain = stale.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  const free = free_bytes === null ? '' : `, ${formatBytes(free_bytes)} free on the disk`
  const hint = stale.length === 0 ? '' : `; \`botster worktrees clean\` frees ${formatBytes(gain)}`
  return `${all.length} worktrees, ${formatBytes(total_bytes)}${free}; ${stale.length} stale${hint}`
}

async function clean(
  connection: HubConnection,
  all: readonly SurveyedWorktree[],
  { yes = false, branches = false, json = false }: WorktreesOptions,
): Promise<void> {
  const { note, print, printJson } = await import('../output.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const stale = all.filter((one) => one.stale)
  if (stale.length === 0) return json ? printJson({ removed: [], failed: [] }) : note('nothing to clean')
  if (!yes) {
    const { confirmed } = await import('../confirm.ts')
    if (!json) print(...(await table(stale)))
    if (!(await confirmed(`Delete ${stale.length === 1 ? 'it' : `these ${stale.length}`}?`, '--yes'))) {
      throw new CommandFailed('nothing was deleted')
    }
  }
  const paths = stale.map(({ path }) => path)
  const done = cleaned.parse(await runHubCommand(connection, 'clean_worktrees', { paths, branches }))
  if (json) printJson(done)
  else
    for (const { path, deleted_branch } of done.removed) {
      print(`deleted ${path}${deleted_branch ? ` and the branch ${deleted_branch}` : ''}`)
    }
  if (done.failed.length === 0) return
  throw new CommandFailed(`${done.failed.length} could not be deleted`, {
    hint: done.failed.map(({ path, message }) => `${path}: ${message}`).join('\n  '),
  })
}

const cleaned = z.object({
  removed: z.preprocess(
    (value) => (Array.isArray(value) ? value : []),
    z.array(z.object({ path: z.string(), deleted_branch: nullable(z.string()) })),
  ),
  failed: z.preprocess(
    (value) => (Array.isArray(value) ? value : []),
    z.array(z.object({ path: z.string(), message: z.string() })),
  ),
})

function nullable<T extends z.ZodType>(type: T) {
  return type.nullish().transform((value) => value ?? null)
}
