import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { packageRoot } from '../../protocol/paths.ts'
import { botsterVersion } from '../../protocol/version.ts'
import { type Outcome, refusal, success } from '../outcome.ts'
import { readTree } from './files.ts'
import { conflicts, type Installation, install } from './install.ts'
import { findInstalled, type Installed } from './record.ts'
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
  /** Below the user's directory. */
  readonly files: readonly string[]
  readonly hint: string
  /** changed: its user has edited it since; taken: files that botster did not put there are in its place. */
  readonly state: 'available' | 'installed' | 'changed' | 'taken'
}

/** The templates that come with botster, by name, and whether they are installed. */
export function listTemplates(userDirectory: string, root: string = templateRoot()): Template[] {
  return Object.keys(readIndex(root))
    .sort()
    .map((name) => describe(userDirectory, root, name))
}

/** Installs a template. Refused: 'no_template', 'exists' (nothing is overwritten), 'unwritable'. */
export function installTemplate(
  userDirectory: string,
  name: string,
  root: string = templateRoot(),
): Outcome<{ installed: Installed; hint: string }> {
  const entry = readIndex(root)[name]
  if (entry === undefined) return unknown(root, name)
  const installation = installationOf(root, name)
  const [taken] = conflicts(userDirectory, installation)
  if (taken !== undefined) return refusal('exists', `${taken} is there already, and nothing is overwritten`)
  const outcome = install(userDirectory, installation)
  return outcome.ok ? success({ installed: outcome.value, hint: entry.hint }) : outcome
}

/** Removes a template's files. Refused: 'no_template', 'not_installed', 'changed' unless forced. */
export function uninstallTemplate(
  userDirectory: string,
  name: string,
  { force = false, root = templateRoot() }: { readonly force?: boolean; readonly root?: string } = {},
): Outcome<string[]> {
  if (readIndex(root)[name] === undefined) return unknown(root, name)
  const item = findInstalled(userDirectory, 'template', name)
  if (item === undefined) return refusal('not_installed', `template '${name}' is not installed`)
  return uninstall(userDirectory, item, { force })
}

function templateRoot(): string {
  return join(packageRoot(), 'templates')
}

function readIndex(root: string): z.infer<typeof index> {
  return index.parse(JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')))
}

function installationOf(root: string, name: string): Installation {
  const tree = readTree(join(root, name))
  if (!tree.ok) throw new Error(`${tree.failure.message}: the installation is incomplete`)
  const to = readIndex(root)[name]!.to
  const files = tree.value.map((file) => ({ ...file, path: `${to}/${file.path}` }))
  return { kind: 'template', name, source: `botster ${botsterVersion()}`, files }
}

function describe(userDirectory: string, root: string, name: string): Template {
  const { description, hint } = readIndex(root)[name]!
  const installation = installationOf(root, name)
  const files = installation.files.map(({ path }) => path)
  return { name, description, hint, files, state: stateOf(userDirectory, name, files) }
}

function stateOf(userDirectory: string, name: string, files: readonly string[]): Template['state'] {
  const item = findInstalled(userDirectory, 'template', name)
  if (!files.some((path) => existsSync(join(userDirectory, path)))) return 'available'
  if (item === undefined) return 'taken'
  return ownWork(userDirectory, item).length > 0 ? 'changed' : 'installed'
}

function unknown(root: string, name: string): Outcome<never> {
  return refusal('no_template', `no template '${name}': there are ${Object.keys(readIndex(root)).sort().join(', ')}`)
}
