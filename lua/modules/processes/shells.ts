/** The shells that one VM's scripts have started: none of them outlives it. */
import { GRACE_MS, Shell, type ShellOptions } from './shell.ts'

export class Shells implements Disposable {
  readonly #running = new Set<Shell>()

  start(options: ShellOptions): Shell {
    const shell = new Shell(options)
    this.#running.add(shell)
    const forget = () => this.#running.delete(shell)
    const over = () => {
      if (shell.hasSurvivors) setTimeout(forget, GRACE_MS).unref()
      else forget()
    }
    shell.exit.then(over, over)
    return shell
  }

  /** Ends all that still run, at once: nobody will be there to do it later. */
  [Symbol.dispose](): void {
    for (const shell of this.#running) shell.kill()
  }
}
