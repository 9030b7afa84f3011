import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { chomp, git } from '../git/run.ts'

/**
 * The repository's `info/exclude`, which all its worktrees share: what botster puts into a worktree is listed there,
 * so that it never counts as work. Lines are only ever added.
 */
export class ExcludeFile {
  readonly #root: string
  #turn: Promise<void> = Promise.resolve()

  constructor(root: string) {
    this.#root = root
  }

  /**
   * Lists files, given relative to a worktree's top. A name with a line end cannot be listed and is left out.
   * @throws Error when the file cannot be written.
   */
  async add(paths: readonly string[]): Promise<void> {
    const patterns = paths.filter((path) => !/[\r\n]/.test(path)).map(pattern)
    const turn = this.#turn.then(() => this.#append(patterns))
    this.#turn = turn.catch(() => {}) // one failure must not stop the next one's try
    return turn
  }

  async #append(patterns: readonly string[]): Promise<void> {
    const file = await this.#path()
    const present = await readFile(file, 'utf8').catch(() => '')
    const lines = new Set(present.split('\n'))
    const missing = patterns.filter((line) => !lines.has(line))
    if (missing.length === 0) return
    await mkdir(dirname(file), { recursive: true })
    const start = present === '' || present.endsWith('\n') ? '' : '\n'
    await appendFile(file, `${start}${missing.join('\n')}\n`)
  }

  async #path(): Promise<string> {
    const printed = await git(['rev-parse', '--git-path', 'info/exclude'], { cwd: this.#root })
    if (!printed.ok) throw new Error(printed.failure.message)
    return resolve(this.#root, chomp(printed.value))
  }
}

/** A pattern that means this one path: anchored, its special characters escaped. */
function pattern(path: string): string {
  return `/${path.replace(/[\\*?[]/g, '\\$&').replace(/ +$/, (spaces) => '\\ '.repeat(spaces.length))}`
}
