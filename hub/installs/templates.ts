import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { packageRoot, userDirectory } from '../../protocol/paths.ts'
import { botsterVersion } from '../../protocol/version.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { readTree } from './files.ts'
import { conflicts, type Installation, install } from './install.ts'
import { ownPlace } from './own-place.ts'
import { findInstalled } from './record.ts'
import { ownWork, uninstall } from './uninstall.ts'

const index = z.record(
  z.string(),
  z.strictObject({
    description: z.string(),
    /** Where its files go, below the user's directory. */
    to: z.string(),
    /** What to do next. */
    hint: z.string(),
  }),
)

export interface Template {
  readonly name: string
  readonly description: string
  /** Where its files go: below the user's directory, or absolute paths where BOTSTER_LUA_PATH leads out of it. */
  readonly files: readonly string[]
  readonly hint: string
  /** changed: its user has edited it since; taken: files that botster did not put there are in its place. */
  readonly state: 'available' | 'installed' | 'changed' | 'taken'
}

/** The templates that come with botster, by name, and whether they are installed. */
export function listTemplates(env: NodeJS.ProcessEnv = process.env): Template[] {
  return Object.keys(readIndex())
    .sort()
    .map((name) => describe(name, env))
}

/** Installs a template. Refused: 'no_template', 'exists' (nothing is overwritten), 'unwritable'. */
export function installTemplate(name: string, env: NodeJS.ProcessEnv = process.env): Outcome<Template> {
  const entry = readIndex()[name]
  if (entry === undefined) return unknown(name)
  const { root, installation } = installationOf(name, entry, env)
  const [taken] = conflicts(root, installation)
  if (taken !== undefined) return refusal('exists', `${taken} is there already, and nothing is overwritten`)
  const outcome = install(root, installation)
  return outcome.ok ? success(describe(name, env)) : outcome
}

/** Removes a template's files, and says which. Refused: 'no_template', 'not_installed', 'changed' unless forced. */
export function uninstallTemplate(
  name: string,
  { force = false, env = process.env }: { readonly force?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Outcome<string[]> {
  const entry = readIndex()[name]
  if (entry === undefined) return unknown(name)
  const { root } = ownPlace(entry.to, env)
  const item = findInstalled(root, 'template', name)
  if (item === undefined) return refusal('not_installed', `template '${name}' is not installed`)
  const removed = uninstall(root, item, { force })
  return removed.ok ? success(removed.value.map((path) => shown(root, path, env))) : removed
}

function readIndex(): z.infer<typeof index> {
  return index.parse(JSON.parse(readFileSync(join(templateRoot(), 'index.json'), 'utf8')))
}

function templateRoot(): string {
  return join(packageRoot(), 'templates')
}

function installationOf(
  name: string,
  { to }: { readonly to: string },
  env: NodeJS.ProcessEnv,
): { root: string; installation: Installation } {
  const tree = readTree(join(templateRoot(), name))
  if (!tree.ok) throw new Error(`${tree.failure.message}: the installation is incomplete`)
  const { root, prefix } = ownPlace(to, env)
  const files = tree.value.map((file) => ({ ...file, path: `${prefix}${file.path}` }))
  return { root, installation: { kind: 'template', name, source: `botster ${botsterVersion()}`, files } }
}

function describe(name: string, env: NodeJS.ProcessEnv): Template {
  const entry = readIndex()[name]!
  const { root, installation } = installationOf(name, entry, env)
  const paths = installation.files.map(({ path }) => path)
  const files = paths.map((path) => shown(root, path, env))
  return { name, description: entry.description, hint: entry.hint, files, state: stateOf(root, name, paths) }
}

function shown(root: string, path: string, env: NodeJS.ProcessEnv): string {
  return root === userDirectory(env) ? path : join(root, path)
}

function stateOf(root: string, name: string, files: readonly string[]): Template['state'] {
  const item = findInstalled(root, 'template', name)
  if (!files.some((path) => existsSync(join(root, path)))) return 'available'
  if (item === undefined) return 'taken'
  return ownWork(root, item).length > 0 ? 'changed' : 'installed'
}

function unknown(name: string): Outcome<never> {
  return refusal('no_template', `no template '${name}': there are ${Object.keys(readIndex()).sort().join(', ')}`)
}
