/** The open files of one VM, by number, each with the owner it is closed with. */
import type { LuaVmApi } from '../../vm/index.ts'
import type { OpenFile } from './stream.ts'

interface Entry {
  readonly file: OpenFile
  readonly forget: () => void
}

export class OpenFiles implements Disposable {
  readonly #entries = new Map<number, Entry>()
  #last = 0

  get count(): number {
    return this.#entries.size
  }

  /** Takes a file over until it is closed, or its owner is released. */
  add(vm: LuaVmApi, owner: string, file: OpenFile): number {
    const id = ++this.#last
    const forget = vm.addDisposal(owner, () => this.drop(id))
    this.#entries.set(id, { file, forget })
    return id
  }

  /** The first three: of nobody, and never closed. */
  addStandard(files: readonly OpenFile[]): void {
    for (const file of files) this.#entries.set(++this.#last, { file, forget: () => undefined })
  }

  has(id: number): boolean {
    return this.#entries.has(id)
  }

  /** Throws when it is closed. */
  get(id: number): OpenFile {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new Error('attempt to use a closed file')
    return entry.file
  }

  /** Strikes it off: it is closed. */
  forget(id: number): void {
    this.#entries.get(id)?.forget()
    this.#entries.delete(id)
  }

  /** Closes it without waiting for anything. Fine when it is closed already. */
  drop(id: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    entry.forget()
    try {
      entry.file[Symbol.dispose]()
    } catch {
      // What was left to be written cannot be, and nobody is there to be told.
    }
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#entries.keys()]) this.drop(id)
  }
}
