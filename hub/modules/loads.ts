/**
 * The loads of modules that are under way, by their owner: what a primitive does at once and could not take back waits
 * here until the load has succeeded. Lua says when one begins and ends (lua/hub/transaction.lua).
 */
export class Loads {
  readonly #open = new Map<string, (() => void)[]>()

  begin(owner: string): void {
    this.#open.set(owner, [])
  }

  /** Makes the change now, or when the load by `owner` that is under way has succeeded. */
  apply(owner: string, change: () => void): void {
    const waiting = this.#open.get(owner)
    if (waiting === undefined) change()
    else waiting.push(change)
  }

  /** Ends a load: what waited for it is done when it succeeded, and forgotten otherwise. */
  end(owner: string, succeeded: boolean): void {
    const waiting = this.#open.get(owner) ?? []
    this.#open.delete(owner)
    if (succeeded) for (const change of waiting) change()
  }
}
