import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LuaError, type LuaFunction, type LuaValue, type LuaVmApi } from '../../lua/vm/index.ts'
import { packageRoot } from '../../protocol/paths.ts'
import { CLEAN_BASE } from './clean-base.ts'
import { BASE_FILES, type BaseFile, type UiFile } from './files.ts'

/** Milliseconds one file may take to load. */
const LOAD_BUDGET_MS = 1000
const HOST_FILE = 'host.lua'

/** The functions through which the UI's Lua is called. */
export const ENTRY_NAMES = [
  'render',
  'render_overlay',
  'initial_mode',
  'handle_key',
  'on_action',
  'on_hub_event',
] as const
export type EntryName = (typeof ENTRY_NAMES)[number]

/** A user's file as it was read. */
export interface UiSource extends UiFile {
  readonly source: Uint8Array
}

/** What a load results in. `shipped` is what the user's files do not touch. */
export interface EntryPoints {
  readonly active: Readonly<Record<EntryName, LuaFunction>>
  readonly shipped: Readonly<Record<EntryName, LuaFunction>>
  /** `host.set(fields, absent)` */
  readonly set: LuaFunction
}

/** Where a file's returned table goes. */
const ADOPTED: Readonly<Partial<Record<BaseFile, string>>> = {
  'keybindings.lua': '_keybindings',
  'actions.lua': '_actions',
  'events.lua': '_events',
}

/** Runs the UI's files, each time all of them from a clean base, so that nothing is ever wrapped twice. */
export class UiLoader {
  readonly #vm: LuaVmApi
  readonly #shippedDirectory: string
  readonly #reset: LuaFunction
  #owners: string[] = []

  constructor(vm: LuaVmApi, shippedDirectory: string) {
    this.#vm = vm
    this.#shippedDirectory = shippedDirectory
    const [reset] = vm.runSync(CLEAN_BASE, { chunkName: 'clean-base', owner: 'clean-base' })
    this.#reset = reset as LuaFunction
  }

  /**
   * Runs the shipped files and then `sources`, in their order. What ran before is gone, whether this succeeds or not.
   * @throws LuaError that names file and line
   */
  replay(sources: readonly UiSource[]): EntryPoints {
    for (const owner of this.#owners) this.#vm.releaseOwner(owner)
    this.#owners = []
    this.#vm.callSync(this.#reset, [])
    this.#runHost()
    for (const name of BASE_FILES) this.#run(`lua/ui/${name}`, this.#shipped(name), name)
    this.#callHost('capture_shipped')
    for (const { label, source, replaces } of sources) this.#run(label, source, replaces)
    this.#callHost('wire')
    return { active: this.#entries('active'), shipped: this.#entries('shipped'), set: this.#hostFunction('set') }
  }

  #runHost(): void {
    const owner = `lua/ui/${HOST_FILE}`
    this.#owners.push(owner)
    this.#vm.runSync(this.#hostSource(), { chunkName: owner, owner, budgetMs: LOAD_BUDGET_MS })
  }

  #run(label: string, source: Uint8Array, base: BaseFile | undefined): void {
    this.#owners.push(label)
    using chunk = this.#vm.load(source, { chunkName: label, owner: label })
    using run = this.#hostFunction('run')
    this.#vm.callSync(run, [chunk, base && ADOPTED[base]], { budgetMs: LOAD_BUDGET_MS, owner: label })
  }

  /** The same for every UI: one that has none of its own stands on the ordinary one's. */
  #hostSource(): Uint8Array {
    if (existsSync(join(this.#shippedDirectory, HOST_FILE))) return this.#shipped(HOST_FILE)
    return readFileSync(join(packageRoot(), 'lua', 'ui', HOST_FILE))
  }

  #shipped(name: string): Uint8Array {
    return readFileSync(join(this.#shippedDirectory, name))
  }

  #callHost(name: string): void {
    using fn = this.#hostFunction(name)
    this.#vm.callSync(fn, [], { budgetMs: LOAD_BUDGET_MS })
  }

  #entries(group: 'active' | 'shipped'): Record<EntryName, LuaFunction> {
    const functions = ENTRY_NAMES.map((name) => [name, this.#hostFunction(`${group}.${name}`)] as const)
    return Object.fromEntries(functions) as Record<EntryName, LuaFunction>
  }

  #hostFunction(name: string): LuaFunction {
    const value = this.#vm.getGlobal(`_host.${name}`)
    if (!isFunction(value)) throw new LuaError({ kind: 'runtime', message: `_host.${name} is gone` })
    return value
  }
}

function isFunction(value: LuaValue): value is LuaFunction {
  return typeof value === 'object' && value !== null && 'released' in value && Symbol.dispose in value
}
