/** A lock between processes that ends with the process that has it, however that dies. */
import { DatabaseSync } from 'node:sqlite'

/** Takes the lock of the file `path`, which is made when missing. Waits, without giving way, at most so many milliseconds; then undefined. */
export function takeFileLock(path: string, patienceMs: number): Disposable | undefined {
  const database = new DatabaseSync(path, { timeout: patienceMs })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch {
    database.close()
    return undefined
  }
  return { [Symbol.dispose]: () => database.close() }
}
