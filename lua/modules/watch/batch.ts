/** Raw changes of files, merged into what happened: an editor's dance with temporary files is one modification. */

/** Milliseconds in which changes are taken for one step. */
export const BATCH_MS = 50

export type ChangeKind = 'create' | 'modify' | 'delete' | 'rename'

export interface Change {
  readonly path: string
  readonly kind: ChangeKind
  /** Where a renamed file was before. */
  readonly from?: string
}

/** What tells one file from another that has its path: inode and time of birth, '' when not known. */
export type Identity = string

interface Pending {
  kind: 'create' | 'modify' | 'delete'
  identity: Identity
  /** Which batch it began in. */
  batch: number
}

/** Collects raw changes of one watch. Pure: whoever owns it says when a batch ends. */
export class Batch {
  readonly #pending = new Map<string, Pending>()
  #number = 0

  get isEmpty(): boolean {
    return this.#pending.size === 0
  }

  add(path: string, kind: Pending['kind'], identity: Identity): void {
    const before = this.#pending.get(path)
    const merged = before === undefined ? kind : merge(before.kind, kind)
    if (merged === undefined) this.#pending.delete(path)
    else this.#pending.set(path, { kind: merged, identity, batch: before?.batch ?? this.#number })
  }

  /** What happened up to now. A deletion of this batch stays for the next one: what replaces the file may be on its way. */
  take(): Change[] {
    const deleted = new Map<Identity, string>()
    for (const [path, { kind, identity }] of this.#pending) {
      if (kind === 'delete' && identity !== '') deleted.set(identity, path)
    }
    const changes: Change[] = []
    for (const [path, pending] of this.#pending) {
      if (pending.kind === 'delete') continue
      const from = pending.kind === 'create' ? deleted.get(pending.identity) : undefined
      changes.push(from === undefined ? { path, kind: pending.kind } : { path, kind: 'rename', from })
      this.#pending.delete(path)
      if (from !== undefined) this.#pending.delete(from)
    }
    for (const [path, { batch }] of this.#pending) {
      if (batch === this.#number) continue
      changes.push({ path, kind: 'delete' })
      this.#pending.delete(path)
    }
    this.#number++
    return changes
  }
}

/** Two changes of a path as one; undefined when together they are none. */
function merge(before: Pending['kind'], after: Pending['kind']): Pending['kind'] | undefined {
  if (before === 'create') return after === 'delete' ? undefined : 'create'
  if (before === 'delete') return after === 'delete' ? 'delete' : 'modify'
  return after === 'delete' ? 'delete' : 'modify'
}
