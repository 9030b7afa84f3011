import { join } from 'node:path'
import { collectAlone } from '../protocol/collect-alone.ts'
import { compileEarly } from '../protocol/compile-early.ts'
import type { UiLua } from './ui-lua/ui-lua.ts'
import { warmUp } from './warm-up.ts'

/** Milliseconds after which the warm-up begins: the first picture comes before that. */
const DELAY_MS = 300

export interface WarmUpSoonParts {
  readonly env: NodeJS.ProcessEnv
  readonly lua: UiLua
  readonly log: (line: string) => void
}

/** Warms up once, soon after the start: the first keys of a person would otherwise run through code that nothing has compiled yet. */
export class WarmUpSoon implements Disposable {
  readonly #parts: WarmUpSoonParts
  readonly #ended = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: WarmUpSoonParts) {
    this.#parts = parts
  }

  /** @param directory for a socket to use meanwhile */
  begin(directory: string): void {
    const { env, lua, log } = this.#parts
    if (this.#timer !== undefined || env.BOTSTER_WARM_UP === '0') return
    this.#timer = setTimeout(() => {
      compileEarly()
      collectAlone()
      const askLua = (key: string) => lua.rehearse('handle_key', [key, 'insert', 0, 24, false, false])
      const path = join(directory, `t${process.pid}`)
      warmUp({ path, askLua, signal: this.#ended.signal }).catch((error) => log(`warm-up: ${error}`))
    }, DELAY_MS)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#ended.abort()
  }
}
