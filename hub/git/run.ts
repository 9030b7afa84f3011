import { setTimeout } from 'node:timers/promises'
import { execa } from 'execa'
import { type Outcome, refusal, success } from '../outcome.ts'

/** Bytes of output that are kept. A status that lists a million files has 60 MB; more than this is not looked at. */
const MAX_OUTPUT_BYTES = 128 << 20

/** How long messages may still come after git itself has ended: what a hook left in the background may hold them open. */
const LINGER_MS = 1000

/** How long a cancelled git and its hooks may take to end by themselves. */
const KILL_AFTER_MS = 2000

/**
 * Git variables of ours that git may see. The others (GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE, …) come from a hook or
 * an editor around the process that started the hub, and would turn our commands on another repository.
 */
const KEPT_GIT_VARIABLES = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_EXEC_PATH',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSL_CAINFO',
  'GIT_SSL_NO_VERIFY',
])

/**
 * What git says when it meets a worktree that another git is just making: this file of it is there and still empty. Seen
 * when several agents are created at once, or an agent makes worktrees itself.
 */
const MEETS_HALF_MADE = /^fatal: failed to read .*\/commondir: /m
/** Then it is run again: tries, and milliseconds between two of them. The other git needs a few. */
const HALF_MADE_TRIES = 40
const HALF_MADE_PAUSE_MS = 25

export interface GitOptions {
  readonly cwd: string
  /** Ends git and everything it started. */
  readonly signal?: AbortSignal
  /** Gets git's messages (standard error) line by line while it runs. */
  readonly onMessage?: (line: string) => void
  /** Variables for this command alone. */
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from standard input. */
  readonly input?: string
}

export interface GitResult {
  readonly exitCode: number
  readonly stdout: string
  /** What git said, in English, trimmed. */
  readonly stderr: string
}

/**
 * Runs git without a shell, without prompts, without taking optional locks, and with a clean environment.
 * A failing exit code is part of the result; so is a git that could not be started or was ended (127).
 */
export async function runGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  for (let tries = 1; ; tries++) {
    const result = await runOnce(args, options)
    if (result.exitCode === 0 || tries === HALF_MADE_TRIES || !MEETS_HALF_MADE.test(result.stderr)) return result
    await setTimeout(HALF_MADE_PAUSE_MS)
  }
}

async function runOnce(
  args: readonly string[],
  { cwd, signal, onMessage, env, input = '' }: GitOptions,
): Promise<GitResult> {
  if (signal?.aborted) return { exitCode: 127, stdout: '', stderr: 'cancelled' }
  const child = execa('git', args, {
    cwd,
    env: { ...gitEnvironment(process.env), ...env },
    extendEnv: false,
    input,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT_BYTES,
    detached: true, // a process group of its own, so that a cancelled git takes its hooks and filters along
  })
  if (onMessage !== undefined) child.stderr.on('data', eachLine(onMessage))
  child.nodeChildProcess.once('exit', () => {
    void setTimeout(LINGER_MS, undefined, { ref: false }).then(() => child.stderr.destroy())
  })
  const cancel = () => endGroup(child.pid)
  signal?.addEventListener('abort', cancel, { once: true })
  const { exitCode, stdout, stderr, shortMessage, isMaxBuffer } = await child
  signal?.removeEventListener('abort', cancel)
  if (exitCode === undefined || isMaxBuffer)
    return { exitCode: 127, stdout: '', stderr: shortMessage ?? 'git did not run' }
  return { exitCode, stdout, stderr: stderr.trim() }
}

/** As {@link runGit}; a failing exit code becomes a refusal 'git_failed' with git's words. */
export async function git(args: readonly string[], options: GitOptions): Promise<Outcome<string>> {
  const result = await runGit(args, options)
  return result.exitCode === 0 ? success(result.stdout) : gitFailure(args, result)
}

/** The refusal for a git command that failed. */
function gitFailure(args: readonly string[], { exitCode, stderr }: GitResult): ReturnType<typeof refusal> {
  const said = stderr.replace(/^(fatal|error): /, '')
  return refusal('git_failed', said || `git ${args[0]} failed with exit code ${exitCode}`, { args, exitCode, stderr })
}

/** Output without the line end that git adds (and not one that belongs to a path). */
export function chomp(output: string): string {
  return output.endsWith('\n') ? output.slice(0, -1) : output
}

/** Cuts what a `-z` option printed. */
export function splitNul(output: string): string[] {
  return output.split('\0').filter((part) => part !== '')
}

function gitEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const clean: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (!name.startsWith('GIT_') || KEPT_GIT_VARIABLES.has(name))) clean[name] = value
  }
  return {
    ...clean,
    GIT_TERMINAL_PROMPT: '0', // nobody sits at the hub's terminal
    GIT_OPTIONAL_LOCKS: '0', // a status of ours must not make an agent's commit fail
    LC_ALL: 'C', // what it says is shown and sometimes recognised
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  signalGroup(pid, 'SIGTERM') // git removes its lock files on it
  void setTimeout(KILL_AFTER_MS, undefined, { ref: false }).then(() => signalGroup(pid, 'SIGKILL'))
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {} // all of it is gone
}

function eachLine(use: (line: string) => void): (chunk: Buffer | string) => void {
  let rest = ''
  return (chunk) => {
    const lines = `${rest}${chunk}`.split(/[\r\n]+/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') use(line.trim())
  }
}
