/** Watches a file or directory, whether it exists yet or not, and tells in batches what happened below it. */
import { existsSync, lstatSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, matchesGlob } from 'node:path'
import type { FSWatcher } from 'chokidar'
import { BATCH_MS, Batch, type Change, type Identity } from './batch.ts'

export interface PathWatchOptions {
  readonly path: string
  /** Also what is in its directories. */
  readonly recursive: boolean
  /** Glob that the last part of a path must match. */
  readonly pattern?: string
  /** Names of files and directories that are not looked at, nor what is in them. */
  readonly ignore?: ReadonlySet<string>
  /** Look at the files every so many milliseconds instead of asking the system to tell. */
  readonly pollMs?: number
  readonly onChanges: (changes: Change[]) => void
  readonly onError: (error: Error) => void
}

/** How far the times of files may be behind the clock: the system's own tick. What is missed is worse than what is told twice. */
const CLOCK_TICK_MS = 10
/** How often files are looked at where the system has no watches left. */
const FALLBACK_POLL_MS = 2000
/** The system's limits on watches, and on open files, are reached. */
const EXHAUSTED = new Set(['ENOSPC', 'EMFILE'])

export class PathWatch implements Disposable {
  readonly #options: PathWatchOptions
  readonly #startedAt = Date.now() - CLOCK_TICK_MS
  readonly #batch = new Batch()
  /** What is known of files, to recognise one that moved. */
  readonly #identities = new Map<string, Identity>()
  /** Rejects never: what is wrong with opening it goes to `onError`. */
  #watcher: Promise<FSWatcher | undefined>
  /** Whether what appears is news: not while the watcher finds out what there is. */
  #isReady: boolean
  /** When the system would not watch any more, and looking began: milliseconds since the epoch. */
  #failedAt = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: PathWatchOptions) {
    this.#options = options
    this.#isReady = !existsSync(options.path)
    this.#watcher = this.#open(options.pollMs)
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#close()
  }

  async #open(pollMs: number | undefined): Promise<FSWatcher | undefined> {
    try {
      // Loaded when the first watch begins, and not while whoever begins it waits: it takes ten milliseconds.
      const { watch } = await import('chokidar')
      return this.#isClosed ? undefined : this.#start(watch, pollMs)
    } catch (error) {
      this.#options.onError(error as Error)
      return undefined
    }
  }

  #start(watch: typeof import('chokidar').watch, pollMs: number | undefined): FSWatcher {
    const { path, recursive, pattern, ignore } = this.#options
    const watcher = watch(path, {
      alwaysStat: true,
      // Merging is done here, and hides no file by its name.
      atomic: false,
      // Below a path that is not there yet, chokidar with a depth of 0 never finds anything.
      depth: recursive || !existsSync(path) ? undefined : 0,
      ignorePermissionErrors: true,
      // What nobody asks about costs nothing: neither a watch nor a look every two seconds.
      ignored: (candidate, stats) => {
        if (candidate === path) return false
        if (!recursive && dirname(candidate) !== path && candidate.startsWith(`${path}/`)) return true
        const name = basename(candidate)
        return ignore?.has(name) || (pattern !== undefined && stats?.isFile() === true && !matchesGlob(name, pattern))
      },
      ...(pollMs === undefined ? {} : { backend: 'polling', pollingInterval: pollMs, pollingBinaryInterval: pollMs }),
    })
    watcher.on('add', (changed, stats) => this.#appeared(changed, stats))
    watcher.on('addDir', (changed, stats) => this.#appeared(changed, stats))
    watcher.on('change', (changed, stats) => this.#note(changed, 'modify', stats))
    watcher.on('unlink', (changed) => this.#note(changed, 'delete'))
    watcher.on('unlinkDir', (changed) => this.#note(changed, 'delete'))
    watcher.on('raw', (_event, name, details) => this.#looked(details as { watchedPath?: string }, name))
    watcher.on('ready', () => {
      this.#isReady = true
    })
    watcher.on('error', (error) => this.#failed(error as Error, pollMs))
    return watcher
  }

  #appeared(path: string, stats: Stats | undefined): void {
    if (this.#isReady) return this.#note(path, 'create', stats)
    // Found by the first look: news only if it is newer than the watch, and not known from the watcher before this one.
    if (stats !== undefined && stats.ctimeMs < this.#failedAt && this.#identities.get(path) === identityOf(stats))
      return
    if (stats !== undefined && stats.birthtimeMs >= this.#startedAt) return this.#note(path, 'create', stats)
    if (stats !== undefined && stats.ctimeMs >= this.#startedAt && stats.isFile()) {
      return this.#note(path, 'modify', stats)
    }
    this.#remember(path, stats)
  }

  #note(path: string, kind: 'create' | 'modify' | 'delete', stats?: Stats): void {
    const { pattern } = this.#options
    if (this.#isClosed || (pattern !== undefined && !matchesGlob(basename(path), pattern))) return
    const identity = kind === 'delete' ? (this.#identities.get(path) ?? '') : this.#remember(path, stats)
    if (kind === 'delete') this.#identities.delete(path)
    this.#batch.add(path, kind, identity)
    this.#timer ??= setTimeout(() => this.#tell(), BATCH_MS)
  }

  /** Something happened to a file. One that became a directory, or a link that leads in a circle, chokidar says nothing of. */
  #looked({ watchedPath }: { readonly watchedPath?: string }, name: string | null): void {
    if (watchedPath === undefined || this.#isClosed) return
    for (const path of [watchedPath, join(watchedPath, name ?? '')]) {
      if (!this.#identities.has(path)) continue
      const stats = noFileAnyMore(path)
      if (stats === undefined || identityOf(stats) === this.#identities.get(path)) continue
      this.#note(path, 'modify', stats)
    }
  }

  #remember(path: string, stats: Stats | undefined): Identity {
    const { pattern } = this.#options
    if (stats === undefined || (pattern !== undefined && !matchesGlob(basename(path), pattern))) return ''
    const identity = identityOf(stats)
    this.#identities.set(path, identity)
    return identity
  }

  #tell(): void {
    this.#timer = undefined
    const changes = this.#batch.take()
    if (!this.#batch.isEmpty) this.#timer = setTimeout(() => this.#tell(), BATCH_MS)
    if (changes.length > 0) this.#options.onChanges(changes)
  }

  #failed(error: Error, pollMs: number | undefined): void {
    if (this.#isClosed) return
    const { code } = error as NodeJS.ErrnoException
    this.#options.onError(error)
    if (pollMs !== undefined || !EXHAUSTED.has(code ?? '')) return
    this.#isReady = false
    this.#failedAt = Date.now() - CLOCK_TICK_MS
    this.#close()
    this.#watcher = this.#open(FALLBACK_POLL_MS)
  }

  #close(): void {
    const { onError } = this.#options
    this.#watcher.then((watcher) => watcher?.close()).catch(onError)
  }
}

/** Numbers of inodes are given away again at once; the time of birth tells. */
function identityOf({ ino, birthtimeMs }: Stats): Identity {
  return `${ino}:${birthtimeMs}`
}

/** What stands in a file's place: a directory, or a link in a circle. Undefined for everything that can be told otherwise. */
function noFileAnyMore(path: string): Stats | undefined {
  try {
    const stats = lstatSync(path)
    if (stats.isDirectory()) return stats
    if (!stats.isSymbolicLink()) return undefined
    try {
      statSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ELOOP') return stats
    }
  } catch {
    // Gone, which is told.
  }
  return undefined
}
