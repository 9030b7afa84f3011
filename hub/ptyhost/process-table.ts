import { readdir, readFile } from 'node:fs/promises'

/** Files of /proc read at a time: the limit on open files is that of all terminals. */
const READERS = 16
/** What a process that has just ended makes of reading its file. */
const GONE = new Set(['ENOENT', 'ESRCH'])

/** Text of `/proc/PID/stat` by pid; undefined where there is no /proc, or when it could not be read as a whole. */
type Stats = ReadonlyMap<number, string> | undefined

/** Looks at all processes, once for all who ask at the same time. */
export class ProcessTable {
  #running: Promise<Stats> | undefined
  #next: Promise<Stats> | undefined

  /** A look that begins after this call: an earlier one would miss a process that was started in between. */
  look(): Promise<Stats> {
    if (this.#running === undefined) {
      const look = readAll().finally(() => {
        this.#running = undefined
      })
      this.#running = look
      return look
    }
    this.#next ??= this.#running.then(() => {
      this.#next = undefined
      return this.look()
    })
    return this.#next
  }
}

async function readAll(): Promise<Stats> {
  const entries = await readdir('/proc').catch(() => undefined)
  if (entries === undefined) return undefined
  const names = entries.filter((name) => /^\d+$/.test(name))
  const stats = new Map<number, string>()
  let isWhole = true
  const read = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      try {
        stats.set(Number(name), await readFile(`/proc/${name}/stat`, 'latin1'))
      } catch (error) {
        isWhole &&= GONE.has((error as NodeJS.ErrnoException).code ?? '')
      }
    }
  }
  await Promise.all(Array.from({ length: READERS }, read))
  return isWhole ? stats : undefined
}
