import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { CommandFailed } from '../usage.ts'

/** What a shell says when there is nothing to run. */
const NOT_RUN = 127

const listing = z.object({
  worktrees: z.preprocess(
    (value) => (Array.isArray(value) ? value : []),
    z.array(
      z.object({
        path: z.string(),
        branch: z.string().nullish(),
        agent_key: z.string().nullish(),
        in_base: z.boolean(),
        is_missing: z.boolean(),
      }),
    ),
  ),
})

interface RunAllOptions {
  readonly agents?: boolean
  readonly jobs: string
  readonly json?: boolean
}

interface Ran {
  readonly worktree: string
  readonly branch: string | null
  readonly agent: string | null
  readonly exit_code: number
  readonly output: string
}

export function command(): Command {
  return defineCommand('run-all')
    .description('run a command in every worktree that botster made')
    .argument('<command>', 'what to run, through your shell')
    .option('--agents', 'only where an agent works')
    .option('-j, --jobs <n>', 'how many at once', '4')
    .option('--json', 'machine-readable (docs/cli.md)')
    .addHelpText(
      'after',
      `
Ends with 1 when the command failed somewhere. BOTSTER_WORKTREE_PATH, BOTSTER_AGENT_KEY, BOTSTER_SLUG and PORT are set.

Examples:
  botster run-all "git fetch && git rebase origin/main"
  botster run-all --agents "npm test"`,
    )
    .action(runAll)
}

async function runAll(line: string, { agents = false, jobs, json = false }: RunAllOptions): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { listAgents } = await import('../agents.ts')
  const { note, print, printJson } = await import('../output.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  const { worktrees } = listing.parse(await runHubCommand(connection, 'list_worktrees'))
  const places = worktrees.filter((one) => one.in_base && !one.is_missing && (!agents || one.agent_key))
  if (places.length === 0) return json ? printJson([]) : note('there is no worktree to run it in')
  const running = new Map((await listAgents(connection)).map((agent) => [agent.key, agent]))
  const waiting = [...places]
  const ran: Ran[] = []
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { path, branch = null, agent_key: agent = null } = next
      const known = agent === null ? undefined : running.get(agent)
      const env = {
        BOTSTER_WORKTREE_PATH: path,
        ...(agent !== null && { BOTSTER_AGENT_KEY: agent }),
        ...(known?.slug && { BOTSTER_SLUG: known.slug }),
        ...(known?.port && { PORT: String(known.port) }),
      }
      const one = { worktree: path, branch, agent, ...(await run(line, path, env)) }
      ran.push(one)
      if (json) continue
      print(`== ${branch ?? path}${one.exit_code === 0 ? '' : ` (ended with ${one.exit_code})`}`)
      if (one.output.trim() !== '') print(one.output.trimEnd())
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.trunc(Number(jobs)) || 1) }, work))
  if (json) printJson(ran)
  const failed = ran.filter(({ exit_code }) => exit_code !== 0)
  if (failed.length === 0) return
  throw new CommandFailed(`it failed in ${failed.length} of ${ran.length} worktrees`, {
    hint: failed.map(({ worktree }) => worktree).join('\n  '),
  })
}

async function run(line: string, cwd: string, env: Record<string, string>) {
  const child = spawn(process.env.SHELL || '/bin/sh', ['-c', `exec 2>&1\n${line}`], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = Promise.withResolvers<number>()
  let problem = ''
  child.on('error', (error) => {
    problem = `it could not be run in ${cwd}: ${error.message}\n` // removed meanwhile: the others go on
    child.stdout.destroy()
    ended.resolve(NOT_RUN)
  })
  child.on('close', (code) => ended.resolve(code ?? 1))
  const [output, exit_code] = await Promise.all([text(child.stdout).catch(() => ''), ended.promise])
  return { exit_code, output: output + problem }
}
