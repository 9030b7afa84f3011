/**
 * Stops what runs longer than its budget. An instruction-count hook looks at the clock; past the budget it throws a
 * JavaScript object through the Lua frames, which no pcall, xpcall or error handler on the way can catch. The thread it
 * ran on is left in the middle of something and must be dropped.
 *
 * A budget is time that the script itself takes. Between two looks lie so few instructions that Lua alone needs
 * microseconds for them; if much more time went by, a primitive was at work (a slow disk), or the machine ran something
 * else. Neither is the script's fault, so of such a gap only a little counts, and the rest is what it was held up.
 */
import { type Engine, LUA, type Pointer, type State } from './engine.ts'

/** Lua instructions between two looks at the clock: about 10 µs of work. */
const INSTRUCTIONS = 1000
/** Calls of primitives between two looks: most cost a few microseconds, and a script that does nothing else ends too. */
const CALLS = 16
/** Milliseconds of one gap that count: a hundred times what the instructions in it need, less than a turn of another process. */
const GAP = 5
/** The same where primitives were called: what the instructions between them need on a slow day. */
const GAP_WITH_CALLS = 1
/** The same where a library function is about to work in C on many items, which is the script's own doing. */
const LONG_GAP = 100
/** How often its budget, and at least how many milliseconds, a script may be held up: then it does nothing but call slow primitives. */
const PATIENCE = { budgets: 10, leastMs: 2000 }
/** Milliseconds of one gap that count against patience: a machine that slept is not a script that hangs. */
const HELD_GAP = 1000

/** Thrown through Lua. Never an Error: making a stack trace of it costs more than all the rest. */
export class Kill {
  /** What it did too long, for "stopped: …". */
  readonly reason: string
  readonly traceback: string

  constructor(reason: string, traceback: string) {
    this.reason = reason
    this.traceback = traceback
  }
}

/** How far the watchdog's two counters may go until what runs now is stopped. */
export interface Limits {
  readonly ran: number
  readonly held: number
  readonly budgetMs: number
}

const UNLIMITED: Limits = {
  ran: Number.POSITIVE_INFINITY,
  held: Number.POSITIVE_INFINITY,
  budgetMs: Number.POSITIVE_INFINITY,
}

export class Watchdog {
  limits: Limits = UNLIMITED
  /** Milliseconds that Lua ran, and that it was held up, since the VM was made. */
  #ran = 0
  #held = 0
  #lastLook = 0
  #isLongWork = false
  #calls = 0
  #callsAtLook = 0
  readonly #engine: Engine
  readonly #hook: Pointer
  readonly #traceback: (L: State) => string

  /** `onLook` runs when the instruction count made it look at the clock and the budget lasts: it may yield. */
  constructor(engine: Engine, traceback: (L: State) => string, onLook: (L: State) => void) {
    this.#engine = engine
    this.#traceback = traceback
    this.#hook = engine.addFunction('vii', (L) => {
      this.check(L!)
      onLook(L!)
    })
  }

  /** Milliseconds that Lua has run, by the count that budgets are measured with, as of the last look. */
  get ran(): number {
    return this.#ran
  }

  /** Watches a thread; those it makes later inherit that. */
  watch(L: State): void {
    this.#engine.api.lua_sethook(L, this.#hook, LUA.MASKCOUNT, INSTRUCTIONS)
  }

  /** Gives what runs so many milliseconds from now, but never more than it has. */
  limit(budgetMs: number): void {
    const fresh = this.fresh(budgetMs)
    const { ran, held } = this.limits
    if (fresh.ran >= ran) return
    this.limits = fresh.held <= held ? fresh : { ...fresh, held }
  }

  /** Limits that end so many milliseconds from now. */
  fresh(budgetMs: number): Limits {
    this.#look()
    const patience = Math.max(PATIENCE.budgets * budgetMs, PATIENCE.leastMs)
    return { ran: this.#ran + budgetMs, held: this.#held + patience, budgetMs }
  }

  /** Throws when the budget is used up. Without `L`, `where` says "file:line": where no traceback can be made. */
  check(L?: State, where?: () => string): void {
    this.#look()
    const { ran, held, budgetMs } = this.limits
    if (this.#ran <= ran && this.#held <= held) return
    const reason =
      this.#ran > ran
        ? `it ran longer than it may (${rounded(budgetMs)} ms)`
        : 'what it called took too long, again and again'
    throw new Kill(reason, L === undefined ? placeOf(where) : this.#describe(L))
  }

  /** The same before a library function works in C, where no hook comes by: all of the time until the next look counts. */
  checkBeforeLongWork(L?: State, where?: () => string): void {
    this.check(L, where)
    this.#isLongWork = true
  }

  /** To be told of each call of a primitive; throws like `check`. */
  called(L: State): void {
    if (++this.#calls % CALLS === 0) this.check(L)
  }

  #look(): void {
    const now = performance.now()
    const gap = now - this.#lastLook
    this.#lastLook = now
    if (gap <= GAP_WITH_CALLS) this.#ran += gap
    else {
      const counts = Math.min(gap, this.#countedGap())
      this.#ran += counts
      this.#held += Math.min(gap - counts, HELD_GAP)
    }
    this.#isLongWork = false
    this.#callsAtLook = this.#calls
  }

  #countedGap(): number {
    if (this.#isLongWork) return LONG_GAP
    return this.#calls === this.#callsAtLook ? GAP : GAP_WITH_CALLS
  }

  #describe(L: State): string {
    // The traceback allocates and may meet the memory limit; what is being stopped goes on stopping.
    const stack = this.#engine.api.stackSave()
    try {
      return this.#traceback(L)
    } catch {
      this.#engine.api.stackRestore(stack)
      return ''
    }
  }
}

/** As a line of a traceback. */
function placeOf(where: (() => string) | undefined): string {
  const place = where?.() ?? ''
  return place === '' ? '' : `  ${place}: in ?`
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}
