interface Load {
  readonly changes: (() => void)[]
  readonly undo: (() => void)[]
  waits: number
}

/**
 * The loads of modules that are under way, by their owner: what a primitive does at once and could not take back waits
 * here until the load has succeeded, and what it cannot put off is taken back here when the load fails. Lua says when one
 * begins and ends (lua/hub/transaction.lua).
 */
export class Loads {
  readonly #open = new Map<string, Load>()

  begin(owner: string): void {
    this.#open.set(owner, { changes: [], undo: [], waits: 0 })
  }

  /** To be told when what runs as `owner` waits: others may run then. */
  noteWait(owner: string): void {
    const load = this.#open.get(owner)
    if (load !== undefined) load.waits++
  }

  /** How often the load has waited so far. */
  waits(owner: string): number {
    return this.#open.get(owner)?.waits ?? 0
  }

  /** Makes the change now, or when the load by `owner` that is under way has succeeded. */
  apply(owner: string, change: () => void): void {
    const load = this.#open.get(owner)
    if (load === undefined) change()
    else load.changes.push(change)
  }

  /** Notes how to take back what was just done, in case that `owner` is being loaded and that fails. */
  onFailure(owner: string, undo: () => void): void {
    this.#open.get(owner)?.undo.push(undo)
  }

  /** Ends a load: what waited for it is done when it succeeded; otherwise what was done is undone, newest first. */
  end(owner: string, succeeded: boolean): void {
    const load = this.#open.get(owner)
    this.#open.delete(owner)
    for (const act of (succeeded ? load?.changes : load?.undo.toReversed()) ?? []) act()
  }
}
