import { type Context, createContext, Script } from 'node:vm'

/**
 * Runs pieces of work that may never end by themselves, such as a regular expression that backtracks, and stops them
 * after a while: vm's timeout reaches into them, nothing else in this thread could.
 */
export class BoundedRun {
  readonly #box: { work: (() => void) | undefined } = { work: undefined }
  /** Made when first needed: most ptyhosts never search. */
  #context: Context | undefined
  #script: Script | undefined

  /**
   * Runs `work`, which must leave nothing half done wherever it is stopped.
   * @returns false when it was stopped after `timeoutMs`
   */
  run(work: () => void, timeoutMs: number): boolean {
    this.#context ??= createContext(this.#box)
    this.#script ??= new Script('work()')
    this.#box.work = work
    try {
      this.#script.runInContext(this.#context, { timeout: timeoutMs })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
      throw error
    } finally {
      this.#box.work = undefined
    }
  }
}
