/** The user's settings in a file that several hubs, and the user with an editor, read and write. */
import { readFileSync, statSync } from 'node:fs'
import type { LuaTable, LuaValue } from '../../vm/index.ts'
import { takeFileLock } from '../file-lock.ts'
import { UnusablePath } from '../fs/failures.ts'
import { bytePath } from '../fs/paths.ts'
import { writeWhole } from '../fs/write.ts'
import { parseExactly, stringifyExactly } from './exact-json.ts'

/** How long another hub may take to save its change: it is a millisecond's work. */
const LOCK_PATIENCE_MS = 1000

interface Cached {
  /** What tells this version of the file from the next. */
  readonly stamp: string
  readonly values: ReadonlyMap<string, LuaValue>
}

export class ConfigFile {
  readonly path: string
  #cached: Cached | undefined

  constructor(path: string) {
    this.path = path
  }

  /** All settings. The file is read again when it has changed. Throws system errors, and UnusablePath when it is no JSON object. */
  values(): ReadonlyMap<string, LuaValue> {
    const stamp = this.#stamp()
    if (this.#cached?.stamp === stamp) return this.#cached.values
    const values = stamp === '' ? new Map() : this.#parse(readFileSync(this.path, 'utf8'))
    this.#cached = { stamp, values }
    return values
  }

  /** Changes one setting; `undefined` removes it. What others saved meanwhile stays. Throws like `values`, and TypeError for what JSON cannot say. */
  set(key: string, value: LuaValue): void {
    // Before any other hub is made to wait for what will fail.
    stringifyExactly({ [key]: value })
    using _ = this.#lock()
    const values = new Map(this.values())
    if (value === undefined || value === null) values.delete(key)
    else values.set(key, value)
    const text = stringifyExactly(Object.fromEntries(values) as LuaTable)
    writeWhole(bytePath(this.path), Buffer.from(text), { canWait: false, mode: 0o600, durable: true })
    this.#cached = { stamp: this.#stamp(), values }
  }

  #stamp(): string {
    const stats = statSync(this.path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? '' : `${stats.ino}:${stats.size}:${stats.mtimeNs}`
  }

  #parse(text: string): Map<string, LuaValue> {
    let parsed: LuaValue
    try {
      parsed = text.trim() === '' ? {} : parseExactly(text)
    } catch (error) {
      throw new UnusablePath(`it is not valid JSON: ${(error as Error).message}`)
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw new UnusablePath('it is not a JSON object')
    }
    return new Map(Object.entries(parsed))
  }

  /** Only one hub changes the file at a time. */
  #lock(): Disposable {
    const lock = takeFileLock(`${this.path}.lock`, LOCK_PATIENCE_MS)
    if (lock === undefined) throw Object.assign(new Error('another hub holds the lock'), { code: 'EBUSY' })
    return lock
  }
}
