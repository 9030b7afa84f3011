import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Lines that a person may go back to. */
export const MOST_LINES = 1000

/** What was typed before, in a file that only its owner may read: people type secrets. */
export class History {
  readonly #path: string
  /** Oldest first. */
  readonly lines: readonly string[]
  #last: string | undefined

  /** A file that cannot be read or written is done without. */
  constructor(path: string) {
    this.#path = path
    const lines = readLines(path)
    this.lines = lines.slice(-MOST_LINES)
    this.#last = this.lines.at(-1)
    if (lines.length > 2 * MOST_LINES) this.#attempt(() => this.#replace())
  }

  add(line: string): void {
    if (line.trim() === '' || line === this.#last) return
    this.#last = line
    this.#attempt(() => {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      appendFileSync(this.#path, `${line}\n`, { mode: 0o600 })
    })
  }

  #replace(): void {
    const draft = `${this.#path}.${process.pid}`
    writeFileSync(draft, this.lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
    renameSync(draft, this.#path)
  }

  #attempt(write: () => void): void {
    try {
      write()
    } catch {
      // A full disk or a read-only home is no reason not to talk.
    }
  }
}

function readLines(path: string): string[] {
  if (!existsSync(path)) return []
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
