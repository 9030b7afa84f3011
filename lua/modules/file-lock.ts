/** A lock between processes that ends with the process that has it, however that dies. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** SQLITE_BUSY: somebody else has it. */
const BUSY = 5

/**
 * Takes the lock of the file `path`, which is made when missing. Waits, without giving way, at most so many milliseconds;
 * then undefined. Throws system errors when there can be no such file.
 */
export function takeFileLock(path: string, patienceMs: number): Disposable | undefined {
  closeSync(openSync(path, 'a', 0o600)) // SQLite does not say why it cannot
  const database = new DatabaseSync(path, { timeout: patienceMs })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === BUSY) return undefined
    throw Object.assign(error as Error, { code: 'EIO' })
  }
  return { [Symbol.dispose]: () => database.close() }
}
