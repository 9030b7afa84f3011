/** Who holds what: every function, coroutine and registration belongs to a module or plugin name. */
import type { Held } from './functions.ts'
import type { Task } from './task.ts'

class Owner {
  readonly functions = new Set<Held>()
  readonly tasks = new Set<Task>()
  /** Registrations of primitives, in the order they were made. */
  readonly disposals = new Set<() => void>()

  get isEmpty(): boolean {
    return this.functions.size === 0 && this.tasks.size === 0 && this.disposals.size === 0
  }
}

export class Owners {
  readonly #owners = new Map<string, Owner>()

  /** The owner of that name, made when it is new. */
  of(name: string): Owner {
    let owner = this.#owners.get(name)
    if (owner === undefined) {
      owner = new Owner()
      this.#owners.set(name, owner)
    }
    return owner
  }

  /** How much an owner has; a name that nobody goes by has nothing. */
  count(name: string): { readonly registrations: number; readonly coroutines: number } {
    const owner = this.#owners.get(name)
    return { registrations: owner?.disposals.size ?? 0, coroutines: owner?.tasks.size ?? 0 }
  }

  names(): string[] {
    return [...this.#owners.keys()]
  }

  forget(name: string, kind: 'functions', held: Held): void
  forget(name: string, kind: 'tasks', task: Task): void
  forget(name: string, kind: 'disposals', dispose: () => void): void
  forget(name: string, kind: 'functions' | 'tasks' | 'disposals', item: unknown): void {
    const owner = this.#owners.get(name)
    if (owner === undefined) return
    ;(owner[kind] as Set<unknown>).delete(item)
  }

  /**
   * Cancels the owner's coroutines, runs its disposals (newest first) and lets go of its functions. What these register
   * meanwhile goes as well. A disposal that throws does not keep the others from running.
   */
  release(name: string, onError: (error: unknown) => void): void {
    const owner = this.#owners.get(name)
    if (owner === undefined) return
    while (!owner.isEmpty) {
      for (const task of [...owner.tasks]) {
        owner.tasks.delete(task)
        task.cancel('cancelled', `its owner '${name}' was released`)
      }
      for (const dispose of [...owner.disposals].reverse()) {
        if (!owner.disposals.delete(dispose)) continue
        try {
          dispose()
        } catch (error) {
          onError(error)
        }
      }
      for (const held of [...owner.functions]) held[Symbol.dispose]()
    }
    this.#owners.delete(name)
  }
}
