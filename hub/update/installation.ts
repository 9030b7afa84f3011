/** How this botster came to be on the machine, which decides how it is updated. */
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type NpmOptions, runNpm } from './npm.ts'

/** Milliseconds npm may take to say where it installs. */
const TIMEOUT_MS = 15_000

export type Installation =
  /** `npm install -g`. */
  | { readonly kind: 'global' }
  /** Another way: `advice` says what to do instead. */
  | { readonly kind: 'other'; readonly advice: string }

/** `root` is where the package's package.json is, `name` the package's name. */
export async function installationAt(
  root: string,
  name: string,
  options: Pick<NpmOptions, 'env' | 'signal'>,
): Promise<Installation> {
  if (existsSync(join(root, '.git'))) {
    const advice = `botster runs from a git checkout: run 'git pull' in ${root}, then 'npm run build'`
    return { kind: 'other', advice }
  }
  if (basename(dirname(root)) !== 'node_modules') {
    return { kind: 'other', advice: `botster was not installed with npm: replace ${root} the way it came there` }
  }
  const answer = await runNpm(['root', '--global'], { ...options, timeoutMs: TIMEOUT_MS })
  if (answer.exitCode !== 0) return { kind: 'other', advice: `npm cannot be asked: ${answer.problem}` }
  if (real(join(answer.stdout.trim(), name)) === real(root)) return { kind: 'global' }
  const project = dirname(dirname(root))
  return { kind: 'other', advice: `botster is installed in ${project}: run 'npm install ${name}@latest' there` }
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
