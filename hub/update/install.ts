/** Installs the latest botster over this one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Outcome, refusal, success } from '../outcome.ts'
import { type CheckOptions, checkForUpdate } from './check.ts'
import { installationAt } from './installation.ts'
import { runNpm } from './npm.ts'

/** Milliseconds an installation may take, over a slow line. */
const TIMEOUT_MS = 600_000

export interface InstallOptions extends CheckOptions {
  /** Where the package's package.json is. */
  readonly root: string
}

export interface Installed {
  /** What is installed now. */
  readonly version: string
  /** What was. */
  readonly previous: string
  /** Whether anything changed. What runs goes on as the old version until it is restarted. */
  readonly changed: boolean
}

/**
 * `npm install -g NAME@LATEST`, when that is how this botster came here and it is not the latest.
 * Refused: 'unsupported' for other installations (the message says what to do), 'npm' when npm fails, or as checkForUpdate.
 */
export async function installUpdate(options: InstallOptions, signal: AbortSignal): Promise<Outcome<Installed>> {
  const { root, name, env, current, registry } = options
  const installation = await installationAt(root, name, { env, signal })
  if (installation.kind === 'other') return refusal('unsupported', installation.advice)
  const found = await checkForUpdate(options, signal)
  if (!found.ok) return found
  const { status, latest } = found.value
  if (status !== 'available') return success({ version: current, previous: current, changed: false })
  const from = registry || env.BOTSTER_UPDATE_URL
  const args = ['install', '--global', `${name}@${latest}`, '--no-audit', '--no-fund']
  // Not as an argument, which every user of the machine can read: the URL may hold a password.
  const npmEnv = from ? { ...env, npm_config_registry: from } : env
  const done = await runNpm(args, { env: npmEnv, signal, timeoutMs: TIMEOUT_MS })
  if (done.exitCode !== 0) return refusal('npm', `npm could not install ${name} ${latest}: ${done.problem}`)
  const version = versionIn(root)
  if (version === latest) return success({ version, previous: current, changed: true })
  return refusal('npm', `npm said that it installed ${latest}, but ${root} holds ${version ?? 'no version'}`)
}

function versionIn(root: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version?: string }
    return version
  } catch {
    return undefined
  }
}
