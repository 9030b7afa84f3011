import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DirectoryWatch } from './directory-watch.ts'
import { listUiFiles, type UiDirectories, watchedDirectories } from './files.ts'
import type { UiSource } from './loader.ts'
import type { RepositoryLayers } from './repository-layers.ts'

/** Milliseconds size and time of a file must stand still before it is read: editors write in several steps. */
const SETTLE_MS = 50

/** What a file's text was last known by; '' when it could not be looked at. */
type Stamps = ReadonlyMap<string, string>

/** Watches the user's files of the UI and hands them over whenever one of them changed, appeared or vanished. */
export class HotReload implements Disposable {
  #directories: UiDirectories
  readonly #onChange: (sources: UiSource[], changed: string[]) => void
  readonly #watch: DirectoryWatch
  /** As the files were when they were handed over last. */
  #known: Stamps = new Map()
  /** As they were at the last look. */
  #seen: Stamps = new Map()
  #timer: NodeJS.Timeout | undefined

  /** @param onChange gets all files, and the labels of those that are new, different or gone */
  constructor(directories: UiDirectories, onChange: (sources: UiSource[], changed: string[]) => void) {
    this.#directories = directories
    this.#onChange = onChange
    this.#watch = new DirectoryWatch(() => this.#look())
  }

  /** Reads the files as they are now and begins to watch them. */
  start(): UiSource[] {
    this.#known = this.#seen = this.#stamp()
    this.#watchAll()
    return this.#read()
  }

  /**
   * Takes the repository's files from here from now on, or none of them. Hands all files over when that is another place,
   * also when none of them is different: what they require may be.
   */
  setRepository(repository: RepositoryLayers | undefined): void {
    if (this.#directories.alone || this.#directories.repository?.root === repository?.root) return
    this.#directories = { ...this.#directories, repository }
    clearTimeout(this.#timer)
    this.#watchAll()
    const before = this.#known
    this.#known = this.#seen = this.#stamp()
    this.#onChange(this.#read(), changes(before, this.#known))
  }

  /** Where the repository's files are taken from, while they are. */
  get repository(): RepositoryLayers | undefined {
    return this.#directories.repository
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#watch[Symbol.dispose]()
  }

  #look(): void {
    this.#watchAll()
    this.#seen = this.#stamp()
    clearTimeout(this.#timer)
    if (changes(this.#known, this.#seen).length === 0) return
    this.#timer = setTimeout(() => this.#settle(), SETTLE_MS)
  }

  #settle(): void {
    this.#watchAll()
    const now = this.#stamp()
    const still = changes(this.#seen, now).length === 0
    this.#seen = now
    if (!still) {
      this.#timer = setTimeout(() => this.#settle(), SETTLE_MS)
      return
    }
    const changed = changes(this.#known, now)
    this.#known = now
    if (changed.length > 0) this.#onChange(this.#read(), changed)
  }

  #read(): UiSource[] {
    return listUiFiles(this.#directories).flatMap((file) => {
      try {
        return { ...file, source: readFileSync(file.path) }
      } catch {
        return [] // vanished, or not ours to read: as if it were not there
      }
    })
  }

  #stamp(): Map<string, string> {
    const stamps = new Map<string, string>()
    for (const { path, label } of listUiFiles(this.#directories)) {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
      if (stats) stamps.set(label, `${stats.ino}:${stats.size}:${stats.mtimeNs}`)
    }
    return stamps
  }

  #watchAll(): void {
    this.#watch.update(() => this.#watchedDirectories())
  }

  /** The directories, and those that linked files really lie in. */
  #watchedDirectories(): string[] {
    const linked = listUiFiles(this.#directories).map(({ path }) => {
      try {
        return dirname(realpathSync(path))
      } catch {
        return dirname(path)
      }
    })
    return [...watchedDirectories(this.#directories), ...linked]
  }
}

function changes(before: Stamps, after: Stamps): string[] {
  const labels = new Set([...before.keys(), ...after.keys()])
  return [...labels].filter((label) => before.get(label) !== after.get(label))
}
