import { type FSWatcher, watch } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { directoryIdentity } from '../../protocol/directory-identity.ts'
import { chomp, git, splitNul } from '../git/run.ts'

/** Directories watched in one worktree: each costs the kernel about a kilobyte. What changes below others shows later. */
const MOST_DIRECTORIES = 2000
/** The same for all worktrees together; Linux allows a user some ten thousand. */
const MOST_IN_ALL = 8000
/** Milliseconds after the last change until it is told: a checkout changes a thousand files. */
const SETTLED_MS = 300
/** Where one watch of a directory takes all below it along; elsewhere each is watched by itself. */
const IS_RECURSIVE = process.platform === 'darwin' || process.platform === 'win32'

/** Files of git that say something about a worktree's state: staged and committed, checked out, fetched. */
const OWN_FILES: ReadonlySet<string> = new Set(['index', 'HEAD', 'FETCH_HEAD', 'packed-refs'])
const LOG_FILES: ReadonlySet<string> = new Set(['HEAD'])

interface Watched {
  readonly watchers: Map<string, FSWatcher>
  /** Its uppermost directory; '' before it is known. */
  top: string
  /** False when there was no room for all of it. */
  isWhole: boolean
  /** Resolves once it is watched. */
  ready?: Promise<void>
  timer?: NodeJS.Timeout
  /** What git tracks may be in other directories now. */
  isStale: boolean
}

/**
 * Tells when something in a worktree changed that git would count: by whomever, and without running git until then.
 * Watched are the directories with files that git tracks, so that builds and packages, which it ignores, wake nobody.
 */
export class WorktreeWatches implements Disposable {
  readonly #watched = new Map<string, Watched>()
  readonly #onChange: (path: string) => void
  readonly #log: Logger
  #isFull = false

  constructor(options: { readonly onChange: (path: string) => void; readonly log: Logger }) {
    this.#onChange = options.onChange
    this.#log = options.log
  }

  /**
   * Begins to watch the worktree that a path is in. Again is no mistake. @returns whether nothing of it will be missed:
   * there may be no room for all of a large one, and what is no worktree cannot be watched
   */
  async add(path: string): Promise<boolean> {
    const known = this.#watched.get(path)
    const entry: Watched = known ?? { watchers: new Map(), top: '', isWhole: true, isStale: false }
    if (known === undefined) {
      this.#watched.set(path, entry)
      entry.ready = this.#begin(path, entry)
    }
    await entry.ready
    return entry.isWhole
  }

  remove(path: string): void {
    const entry = this.#watched.get(path)
    this.#watched.delete(path)
    if (entry !== undefined) close(entry)
    this.#isFull = false
  }

  [Symbol.dispose](): void {
    for (const path of [...this.#watched.keys()]) this.remove(path)
  }

  async #begin(path: string, entry: Watched): Promise<void> {
    await this.#watchGit(path, entry)
    if (entry.top !== '') await this.#watchFiles(path, entry)
  }

  async #watchGit(path: string, entry: Watched): Promise<void> {
    const printed = await git(['rev-parse', '--show-toplevel', '--git-dir', '--git-common-dir'], { cwd: path })
    if (this.#watched.get(path) !== entry) return
    if (!printed.ok) {
      entry.isWhole = false
      return
    }
    const [top = '', own = '', common = ''] = chomp(printed.value)
      .split('\n')
      .map((directory) => resolve(path, directory))
    entry.top = top
    const changed = (name: string) => {
      entry.isStale ||= name === 'index'
      this.#changed(path, entry)
    }
    this.#watch(entry, own, OWN_FILES, changed)
    // What the main worktree commits, others are behind by.
    for (const directory of new Set([own, common])) this.#watch(entry, join(directory, 'logs'), LOG_FILES, changed)
  }

  /** Adds the directories that have come. Those that went tell it themselves. */
  async #watchFiles(path: string, entry: Watched): Promise<void> {
    entry.isStale = false
    const printed = await git(['ls-files', '-z'], { cwd: entry.top })
    if (!printed.ok || this.#watched.get(path) !== entry) return
    const changed = () => this.#changed(path, entry)
    for (const directory of IS_RECURSIVE ? [''] : directoriesOf(splitNul(printed.value))) {
      this.#watch(entry, join(entry.top, directory), undefined, changed)
    }
  }

  #watch(entry: Watched, directory: string, names: ReadonlySet<string> | undefined, changed: (name: string) => void) {
    if (entry.watchers.has(directory)) return
    if (!this.#hasRoom(entry)) {
      entry.isWhole = false
      return
    }
    const forget = () => {
      entry.watchers.get(directory)?.close()
      entry.watchers.delete(directory)
    }
    const identity = directoryIdentity(directory)
    try {
      const watcher = watch(directory, { persistent: false, recursive: IS_RECURSIVE && names === undefined })
      entry.watchers.set(directory, watcher)
      watcher.on('error', forget)
      watcher.on('change', (event, name) => {
        const file = String(name ?? '')
        if (names === undefined ? !isGits(file) : names.has(file)) changed(file)
        if (event !== 'rename' || file !== basename(directory) || directoryIdentity(directory) === identity) return
        forget() // another directory of that name may follow, or be there already
        entry.isStale = true
      })
    } catch (error) {
      entry.isWhole = false
      this.#isFull ||= (error as NodeJS.ErrnoException).code === 'ENOSPC'
      this.#log.debug({ error, directory }, 'a directory is not watched')
    }
  }

  #hasRoom(entry: Watched): boolean {
    if (this.#isFull || entry.watchers.size >= MOST_DIRECTORIES) return false
    let all = 0
    for (const { watchers } of this.#watched.values()) all += watchers.size
    return all < MOST_IN_ALL
  }

  #changed(path: string, entry: Watched): void {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => void this.#tell(path, entry), SETTLED_MS).unref()
  }

  /** Once new directories are watched: whoever looks now misses nothing of what changes there later. */
  async #tell(path: string, entry: Watched): Promise<void> {
    if (entry.isStale) await this.#watchFiles(path, entry)
    if (this.#watched.get(path) === entry) this.#onChange(path)
  }
}

function close({ watchers, timer }: Watched): void {
  clearTimeout(timer)
  for (const watcher of watchers.values()) watcher.close()
  watchers.clear()
}

/** Directories of files, with those above them, shallow ones first: what is most worked in comes into any bound. */
function directoriesOf(files: readonly string[]): string[] {
  const found = new Set([''])
  for (const file of files) {
    for (let at = file.lastIndexOf('/'); at > 0 && !found.has(file.slice(0, at)); at = file.lastIndexOf('/', at - 1)) {
      found.add(file.slice(0, at))
    }
  }
  return [...found].sort((a, b) => a.split('/').length - b.split('/').length)
}

/** Whether a name in a worktree is git's own, or below it. */
function isGits(name: string): boolean {
  return name === '.git' || name.startsWith('.git/')
}
