import type { Command } from 'commander'
import type { ListedAgent } from '../agents.ts'
import { defineCommand } from '../command.ts'
import { secondsOption } from '../seconds.ts'
import { CommandFailed, UsageError } from '../usage.ts'

interface NewOptions {
  readonly cmd?: string
  readonly worktree: boolean
  readonly from?: string
  readonly name?: string
  readonly prompt?: string
  readonly profile?: string
  readonly wait?: boolean
  readonly timeout?: number
  readonly reuse?: boolean
  readonly suffix?: boolean
  readonly dir?: string
  readonly json?: boolean
}

export function command(): Command {
  return defineCommand('new')
    .description('start an agent on a branch, in a worktree of its own')
    .argument('[branch]', 'new or existing branch; with --no-worktree the name of the agent')
    .option('--cmd <command>', 'what to run, through your shell (default: the configured program, else a shell)')
    .option('--no-worktree', 'run in the present directory instead of a worktree')
    .option('--from <ref>', 'where a new branch starts (default: what the main worktree has checked out)')
    .option('--name <name>', 'what the agent is called (default: the branch)')
    .option('--prompt <text>', 'what the agent is asked to do')
    .option('--profile <name>', 'one of yours, or a ready one: claude, codex, gemini, opencode, aider, shell')
    .option('--wait', 'stay until it has taken the prompt and finished, asks something, or failed')
    .option('--timeout <seconds>', 'with --wait: give up after this long (default: never)', secondsOption)
    .option('--reuse', 'when the branch is taken: work in the worktree that has it, or use it as it is')
    .option('--suffix', 'when the branch is taken: take branch-2, -3 …, which starts from it')
    .option('--dir <path>', 'directory of the worktree to start in')
    .option('--json', 'print the agent as JSON (docs/cli.md)')
    .addHelpText(
      'after',
      `
Examples:
  botster new fix-login --profile claude --prompt "fix the login form"
  botster new fix-login --cmd claude
  botster new fix-login --cmd claude --prompt "Fix the login test" --wait
  botster new hotfix --from origin/release --cmd "codex --full-auto"
  botster new scratch --no-worktree --cmd bash`,
    )
    .action(create)
}

async function create(branch: string | undefined, options: NewOptions): Promise<void> {
  const args = argumentsOf(branch, options)
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { listedAgent } = await import('../agents.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { note, print, printJson } = await import('../output.ts')
  const { withScriptShown } = await import('../follow-script.ts')
  const place = await findPlace()
  using connection = await requireHub(place, { role: 'cli', start: 'needed', environment: true })
  const create = async (more: Record<string, unknown>) => {
    const ask = () => runHubCommand(connection, 'create_agent', { ...args, ...more })
    if (options.json) return ask()
    const isIts = (agent: ListedAgent, isNew: boolean) => isNew && (branch === undefined || agent.branch === branch)
    const output = (made: unknown) => (made as { setup_output?: string }).setup_output
    return withScriptShown(connection, 'setup', isIts, note, ask, output)
  }
  const created = await create({}).catch(async (error: unknown) => {
    const way = await askWhatToDo(error, options)
    return way === undefined ? advise(error) : create({ on_taken: way })
  })
  if (options.wait) {
    const { waitForNew } = await import('../wait-for-new.ts')
    return await waitForNew(place, connection, listedAgent(created), options)
  }
  const agent = listedAgent(created)
  if (options.json) return printJson(agent)
  print(`${agent.key} runs${agent.worktree ? ` in ${agent.worktree}` : ''}`)
}

/** Lets a person choose what to do about a branch that is taken; undefined when there is nobody, or nothing to choose. */
async function askWhatToDo(error: unknown, { json }: NewOptions): Promise<'reuse' | 'suffix' | undefined> {
  const isTaken = error instanceof CommandFailed && ['branch_in_use', 'branch_exists'].includes(error.code ?? '')
  if (!isTaken || json || !process.stdin.isTTY || !process.stdout.isTTY) return undefined
  const { select } = await import('@inquirer/prompts')
  const choices = [
    { name: 'Use what is there', value: 'reuse' as const },
    { name: 'Take another branch, with a number behind the name', value: 'suffix' as const },
    { name: 'Neither', value: undefined },
  ]
  return select({ message: `${error.message}\nWhat now?`, choices }).catch(() => undefined)
}

/** The hub cannot know how this command says what it advises. */
function advise(error: unknown): never {
  if (!(error instanceof CommandFailed)) throw error
  const hint = HINTS[error.code ?? '']
  throw hint === undefined ? error : new CommandFailed(error.message, { hint })
}

const HINTS: Readonly<Record<string, string>> = {
  no_repository: 'with --no-worktree it runs in the present directory',
  branch_in_use: '--reuse, --suffix, or another name',
  branch_exists: '--reuse, --suffix, or another name',
  setup_failed:
    'the worktree stays, with what was printed (`botster screen AGENT --session setup`): `botster kill AGENT --delete-worktree` removes it',
}

/** What the hub's `create_agent` wants. */
function argumentsOf(branch: string | undefined, options: NewOptions): Record<string, unknown> {
  const { cmd, worktree, from, name, prompt, profile, reuse, suffix, dir, wait, timeout } = options
  if (timeout !== undefined && !wait) throw new UsageError('--timeout is about waiting', 'add --wait')
  if (reuse && suffix) throw new UsageError('--reuse and --suffix exclude each other', 'say one of them')
  if (cmd?.trim() === '') throw new UsageError('--cmd is empty', 'say what to run, or leave it out for the default')
  const { columns: cols, rows } = process.stdout
  const common = { command: cmd, prompt, prompt_follows: wait, profile_name: profile, cols, rows }
  const on_taken = reuse ? 'reuse' : suffix ? 'suffix' : undefined
  if (worktree) return { ...common, branch, from, name, on_taken, directory: dir }
  if (from !== undefined) throw new UsageError('--from needs a worktree', 'leave out --no-worktree, or --from')
  if (branch !== undefined && name !== undefined && branch !== name) {
    throw new UsageError(`two names: '${branch}' and '${name}'`, 'with --no-worktree the argument is the name')
  }
  return { ...common, worktree: false, name: name ?? branch, cwd: process.cwd() }
}
