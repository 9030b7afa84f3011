import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'

const common = {
  /** What the trust is for: the main worktree's real path. A record found for another one counts for nothing. */
  root: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
}

const trustRecord = z.discriminatedUnion('grade', [
  /** Exactly what has this hash. */
  z.object({ ...common, grade: z.literal('content'), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** The directory, whatever it will hold. */
  z.object({ ...common, grade: z.literal('always') }),
])

/** What a user said of a repository's layer. */
export type TrustRecord = z.infer<typeof trustRecord>

/** The record in a file, or undefined when there is none for this root. One that cannot be understood is none. */
export function readTrustRecord(path: string, root: string): TrustRecord | undefined {
  try {
    const record = trustRecord.parse(JSON.parse(readFileSync(path, 'utf8')))
    return record.root === root ? record : undefined
  } catch {
    return undefined // missing or damaged: nothing is trusted
  }
}

/** Writes the record at once or not at all, for its owner alone; undefined removes it. */
export async function writeTrustRecord(path: string, record: TrustRecord | undefined): Promise<void> {
  if (record === undefined) return rm(path, { force: true })
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(unfinished, `${JSON.stringify(record, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
    await rename(unfinished, path)
  } finally {
    await rm(unfinished, { force: true })
  }
}
