import { LuaError, type LuaTable, type LuaValue, type LuaVmApi } from '../../lua/vm/index.ts'
import { type EntryName, type EntryPoints, UiLoader, type UiSource } from './loader.ts'
import { describeProblem, type UiProblem } from './problem.ts'
import { Strikes } from './strikes.ts'
import { Versions } from './versions.ts'

/** Milliseconds any function of the UI may take: what a person still takes for "at once". */
const CALL_BUDGET_MS = 50

export interface UiLuaOptions {
  /** A VM with `modules` and the screen module; owned and closed by this. */
  readonly vm: LuaVmApi
  /** Where layout.lua and the others are, as shipped. */
  readonly shippedDirectory: string
  readonly onProblem: (problem: UiProblem) => void
}

/** A call that went well, or did not: then the problem was reported. */
export type Called = { readonly ok: true; readonly values: LuaValue[] } | { readonly ok: false }

/** Takes what a function drew, and for `render` how marks look; says what is wrong with it. */
export type UseDrawn = (value?: LuaValue, marks?: LuaValue) => UiProblem | undefined

const FAILED: Called = { ok: false }

/**
 * The UI's Lua: the shipped files and the user's on top of them. A function of the user's that fails is replaced for
 * this call by the shipped one; after the second time in a row it is switched off until its file changes.
 */
export class UiLua implements Disposable {
  readonly #vm: LuaVmApi
  readonly #loader: UiLoader
  readonly #versions = new Versions()
  readonly #strikes = new Strikes()
  readonly #onProblem: (problem: UiProblem) => void
  #entries: EntryPoints | undefined
  #labels: string[] = []

  constructor({ vm, shippedDirectory, onProblem }: UiLuaOptions) {
    this.#vm = vm
    this.#onProblem = onProblem
    this.#loader = new UiLoader(vm, shippedDirectory)
  }

  /**
   * Runs all files anew. What fails is left out, its last good version stays, and the problem is reported.
   * @param probe draws once with what was loaded: a layout that loads and cannot draw has failed too
   */
  load(sources: readonly UiSource[], changed: readonly string[], probe: () => UiProblem | undefined): void {
    this.#strikes.filesChanged(changed)
    this.#labels = sources.map(({ label }) => label)
    const problems = this.#versions.apply(sources, (files) => this.#attempt(files, probe))
    for (const problem of problems) this.#onProblem(problem)
  }

  /** Writes fields of `_tui_state`; `undefined` removes one. */
  set(fields: LuaTable): void {
    if (this.#entries === undefined) return
    const absent = Object.keys(fields).filter((name) => fields[name] === undefined)
    try {
      this.#vm.callSync(this.#entries.set, [fields, absent], { budgetMs: CALL_BUDGET_MS })
    } catch (error) {
      this.#onProblem(this.describe(error))
    }
  }

  /**
   * Draws: `use` takes what the function returned and says what is wrong with it. Nothing of the shipped layout at the
   * first failure, since what was drawn last still stands on the screen and is closer to what the user wants.
   * @returns whether something was drawn
   */
  draw(name: 'render' | 'render_overlay', state: LuaTable, use: UseDrawn): boolean {
    if (this.#entries === undefined) return false
    if (this.#strikes.isOff(name)) return this.#drawShipped(name, state, use)
    const problem = this.#run(() => use(...this.#callActive(name, [state])))
    if (problem === undefined) {
      this.#strikes.forgive(name)
      return true
    }
    return this.#strike(name, name, problem) && this.#drawShipped(name, state, use)
  }

  /** Calls once to see whether it works, without counting or reporting. @throws LuaError */
  probe(name: EntryName, args: readonly LuaValue[]): LuaValue[] {
    if (this.#entries === undefined) return []
    return this.#vm.callSync(this.#entries.active[name], args, { budgetMs: CALL_BUDGET_MS })
  }

  /**
   * Calls a function that must always answer: where it fails, the shipped one does.
   * @param strikesOf what failures are counted for, e.g. apart for every kind of event
   */
  call(name: EntryName, args: readonly LuaValue[], strikesOf: string = name): Called {
    const called = this.#tryActive(name, strikesOf, args)
    return called.ok ? called : this.#callShipped(name, args)
  }

  /** Calls a shipped function that only answers, for nothing but to have it compiled. */
  rehearse(name: 'handle_key', args: readonly LuaValue[]): void {
    this.#callShipped(name, args)
  }

  describe(error: unknown): UiProblem {
    return describeProblem(error, this.#labels)
  }

  get memoryUsed(): number {
    return this.#vm.memoryUsed
  }

  [Symbol.dispose](): void {
    this.#entries = undefined
    this.#vm.close()
  }

  #attempt(files: readonly UiSource[], probe: () => UiProblem | undefined): UiProblem | undefined {
    this.#releaseEntries()
    try {
      this.#entries = this.#loader.replay(files)
      return probe()
    } catch (error) {
      this.#releaseEntries()
      return this.describe(error)
    }
  }

  /** They hold all that was loaded with them: without this, every load would stay in memory for good. */
  #releaseEntries(): void {
    const entries = this.#entries
    this.#entries = undefined
    if (entries === undefined) return
    const { active, shipped, set } = entries
    for (const held of [...Object.values(active), ...Object.values(shipped), set]) held[Symbol.dispose]()
  }

  #tryActive(name: EntryName, strikesOf: string, args: readonly LuaValue[]): Called {
    if (this.#entries === undefined || this.#strikes.isOff(strikesOf)) return FAILED
    let values: LuaValue[] = []
    const problem = this.#run(() => {
      values = this.#callActive(name, args)
      return undefined
    })
    if (problem !== undefined) {
      this.#strike(name, strikesOf, problem)
      return FAILED
    }
    this.#strikes.forgive(strikesOf)
    return { ok: true, values }
  }

  #callActive(name: EntryName, args: readonly LuaValue[]): LuaValue[] {
    return this.#vm.callSync(this.#entries!.active[name], args, { budgetMs: CALL_BUDGET_MS })
  }

  #callShipped(name: EntryName, args: readonly LuaValue[]): Called {
    if (this.#entries === undefined) return FAILED
    const shipped = this.#entries.shipped[name]
    let values: LuaValue[] = []
    const problem = this.#run(() => {
      values = this.#vm.callSync(shipped, args, { budgetMs: CALL_BUDGET_MS })
      return undefined
    })
    if (problem === undefined) return { ok: true, values }
    this.#onProblem(problem)
    return FAILED
  }

  #drawShipped(name: EntryName, state: LuaTable, use: UseDrawn): boolean {
    const called = this.#callShipped(name, [state])
    const problem = called.ok ? use(...called.values) : undefined
    if (problem) this.#onProblem(problem)
    return called.ok && problem === undefined
  }

  /** Runs Lua. @returns what went wrong; bugs of ours are thrown. */
  #run(body: () => UiProblem | undefined): UiProblem | undefined {
    try {
      return body()
    } catch (error) {
      if (!(error instanceof LuaError)) throw error
      return this.describe(error)
    }
  }

  /** Reports and counts a failure. @returns whether it switched the function off */
  #strike(name: EntryName, strikesOf: string, problem: UiProblem): boolean {
    this.#onProblem(problem)
    if (!this.#strikes.add(strikesOf, problem.file ?? '')) return false
    const until = problem.file === undefined ? 'a file changes' : `${problem.file} changes`
    const what = strikesOf === name ? name : `${name}("${strikesOf.slice(name.length + 1)}")`
    this.#onProblem({ ...problem, message: `${what} failed twice and is switched off until ${until}` })
    return true
  }
}
