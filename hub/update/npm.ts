/** Runs npm as a child, without a shell and without questions. */
import { execa } from 'execa'

/** How long a cancelled npm may take to end by itself. */
const KILL_AFTER_MS = 5000
/** Characters of npm's messages that are worth passing on: the end says what went wrong. */
const PROBLEM_CHARACTERS = 2000

export interface NpmOptions {
  /** PATH says which npm. */
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

export interface NpmResult {
  /** 127 when npm could not be started, or was ended. */
  readonly exitCode: number
  readonly stdout: string
  /** What went wrong, for a person; '' when nothing did. */
  readonly problem: string
}

/** Never rejects. */
export async function runNpm(args: readonly string[], { env, signal, timeoutMs }: NpmOptions): Promise<NpmResult> {
  if (signal.aborted) return { exitCode: 127, stdout: '', problem: 'it was cancelled' }
  const child = await execa('npm', args, {
    cwd: '/', // no project's settings
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: timeoutMs,
    cancelSignal: signal,
    forceKillAfterDelay: KILL_AFTER_MS,
  })
  const { exitCode = 127, stdout = '', stderr = '' } = child
  if (exitCode === 0 && !child.failed) return { exitCode, stdout, problem: '' }
  return { exitCode: exitCode === 0 ? 127 : exitCode, stdout, problem: problemOf(child, stderr, timeoutMs) }
}

interface Ended {
  readonly timedOut: boolean
  readonly isCanceled: boolean
  readonly code?: string
  readonly shortMessage?: string
}

function problemOf({ timedOut, isCanceled, code, shortMessage }: Ended, stderr: string, timeoutMs: number): string {
  if (timedOut) return `npm was not done within ${timeoutMs / 1000} s`
  if (isCanceled) return 'it was cancelled'
  if (code === 'ENOENT') return 'npm was not found on PATH'
  return stderr.trim().slice(-PROBLEM_CHARACTERS) || shortMessage || 'npm failed'
}
