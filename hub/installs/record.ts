import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const installed = z.object({
  kind: z.enum(['plugin', 'template', 'eject']),
  /** A plugin's or template's name; of a copied shipped file, its path below lua/. */
  name: z.string(),
  /** Where it came from: a path, a URL, or the version of botster. */
  source: z.string(),
  /** What a git source had when it was installed. */
  commit: z.string().optional(),
  /** SHA-256 of what was written, by path below the user's directory. */
  files: z.record(z.string(), z.string()),
  /** Milliseconds since the epoch. */
  at: z.number(),
})

/** Something botster put into the user's directory, so that it can tell what its user has changed since. */
export type Installed = z.infer<typeof installed>

const recordFile = z.object({ version: z.literal(1), installed: z.array(installed) })

/** The file that keeps the records. */
function recordPath(userDirectory: string): string {
  return join(userDirectory, 'installed.json')
}

/**
 * All records, oldest first; none when there is no file.
 * @throws Error that names the file when it cannot be understood: guessing could delete what is somebody's own
 */
export function installedItems(userDirectory: string): Installed[] {
  const path = recordPath(userDirectory)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  try {
    return recordFile.parse(JSON.parse(text)).installed
  } catch (cause) {
    throw new Error(`${path} cannot be understood: mend or delete it, and what it lists counts as yours`, { cause })
  }
}

/** The record of one thing, or undefined. */
export function findInstalled(userDirectory: string, kind: Installed['kind'], name: string): Installed | undefined {
  return installedItems(userDirectory).find((item) => item.kind === kind && item.name === name)
}

/** Adds a record, in place of one of the same kind and name. */
export function addInstalled(userDirectory: string, item: Installed): void {
  write(userDirectory, [...without(userDirectory, item), item])
}

/** Forgets a record. */
export function removeInstalled(userDirectory: string, item: Pick<Installed, 'kind' | 'name'>): void {
  write(userDirectory, without(userDirectory, item))
}

function without(userDirectory: string, { kind, name }: Pick<Installed, 'kind' | 'name'>): Installed[] {
  return installedItems(userDirectory).filter((item) => item.kind !== kind || item.name !== name)
}

/** As a whole: whoever reads it meanwhile sees the old one or the new one. */
function write(userDirectory: string, items: readonly Installed[]): void {
  mkdirSync(userDirectory, { recursive: true })
  const draft = `${recordPath(userDirectory)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ version: 1, installed: items }, null, 2)}\n`)
  renameSync(draft, recordPath(userDirectory))
}
