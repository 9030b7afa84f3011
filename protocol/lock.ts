import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ensurePrivateDirectory } from './server.ts'

/** SQLite's code for a file that another connection has locked. */
const SQLITE_BUSY = 5

/**
 * Takes the right to be the one hub, or the one ptyhost: an exclusive transaction on the lock's database, which the operating system ends with
 * the process, however that dies. Returns undefined while another process has it.
 * @throws Error when the file cannot be opened.
 */
export function acquireLock(path: string): Disposable | undefined {
  ensurePrivateDirectory(dirname(path))
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    chmodSync(path, 0o600)
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw new Error(`the lock ${path} cannot be taken`, { cause: error })
  }
  return {
    [Symbol.dispose]() {
      if (database.isOpen) database.close()
    },
  }
}
