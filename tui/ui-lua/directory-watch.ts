import { existsSync, type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import { directoryIdentity } from '../../protocol/directory-identity.ts'

/**
 * Says that something may have changed in one of several directories, whether they exist yet or not: of a missing one
 * its nearest existing ancestor is watched until it appears. What changed is for the listener to find out.
 */
export class DirectoryWatch implements Disposable {
  readonly #onEvent: () => void
  readonly #watchers = new Map<string, FSWatcher>()

  constructor(onEvent: () => void) {
    this.#onEvent = onEvent
  }

  /**
   * Watches exactly these from now on. To be called again after every event: directories come and go.
   * @param list looks which they are: again once they are watched, since nobody tells of what came in between
   */
  update(list: () => readonly string[]): void {
    let wanted = new Set(list().map(nearestExisting))
    for (let watched: ReadonlySet<string> = new Set(); !isSame(wanted, watched); ) {
      for (const path of this.#watchers.keys()) if (!wanted.has(path)) this.#forget(path)
      for (const path of wanted) if (!this.#watchers.has(path)) this.#watch(path)
      watched = wanted
      wanted = new Set(list().map(nearestExisting))
    }
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(path: string): void {
    const identity = directoryIdentity(path)
    try {
      const watcher = watch(path, { persistent: false }, (event, name) => {
        // A directory that was removed or moved away leaves a watcher that will never say anything again, also when there
        // is another one in its place by now.
        if (event === 'rename' && (name === null || directoryIdentity(path) !== identity)) this.#forget(path)
        this.#onEvent()
      })
      watcher.on('error', () => {
        this.#forget(path)
        this.#onEvent()
      })
      this.#watchers.set(path, watcher)
    } catch {
      // Gone between the look and the watch, or no watches left: the next event of another directory tries again.
    }
  }

  #forget(path: string): void {
    this.#watchers.get(path)?.close()
    this.#watchers.delete(path)
  }
}

function nearestExisting(path: string): string {
  while (!existsSync(path)) {
    const parent = dirname(path)
    if (parent === path) return path
    path = parent
  }
  return path
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((path) => other.has(path))
}
