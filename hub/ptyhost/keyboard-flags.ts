import type { SequenceParser } from './xterm-internals.ts'

/** Flags the kitty keyboard protocol defines: disambiguate 1, event types 2, alternates 4, all keys 8, text 16. */
const ALL_FLAGS = 31
/** Entries kept of each stack. Programs push one; an endless loop of pushes must not grow without end. */
const MAX_DEPTH = 16

/**
 * What the program asked of the keyboard.
 * Kitty's protocol (https://sw.kovidgoyal.net/kitty/keyboard-protocol/): CSI > u pushes, CSI < u pops, CSI = u sets,
 * CSI ? u asks; the main and the alternate screen have stacks of their own. And xterm's XTMODKEYS 4 (modifyOtherKeys):
 * CSI > 4 ; n m sets, CSI > 4 n disables, CSI ? 4 m asks.
 */
export class KeyboardFlags {
  modifyOtherKeys = 0
  readonly #main = [0]
  readonly #alternate = [0]
  readonly #onAlternate: () => boolean

  /** @param onAlternate whether the alternate screen is shown */
  constructor(parser: SequenceParser, onAlternate: () => boolean, reply: (data: string) => void) {
    this.#onAlternate = onAlternate
    parser.registerCsiHandler({ prefix: '?', final: 'u' }, () => {
      reply(`\x1b[?${this.kitty}u`)
      return true
    })
    parser.registerCsiHandler({ prefix: '>', final: 'u' }, ({ params }) => {
      const stack = this.#stack
      stack.push(params[0]! & ALL_FLAGS)
      if (stack.length > MAX_DEPTH) stack.shift()
      return true
    })
    parser.registerCsiHandler({ prefix: '<', final: 'u' }, ({ params }) => {
      const stack = this.#stack
      stack.splice(Math.max(0, stack.length - Math.max(1, params[0]!)))
      if (stack.length === 0) stack.push(0)
      return true
    })
    parser.registerCsiHandler({ prefix: '=', final: 'u' }, ({ params, length }) => {
      this.#change(params[0]! & ALL_FLAGS, length > 1 ? params[1]! : 1)
      return true
    })
    parser.registerCsiHandler({ prefix: '>', final: 'm' }, ({ params, length }) => {
      if (params[0] === 4) this.modifyOtherKeys = length > 1 ? Math.min(2, Math.max(0, params[1]!)) : 0
      else if (params[0] === 0 && length === 1) this.modifyOtherKeys = 0
      return true
    })
    parser.registerCsiHandler({ prefix: '>', final: 'n' }, ({ params }) => {
      if (params[0] === 4) this.modifyOtherKeys = 0
      return true
    })
    parser.registerCsiHandler({ prefix: '?', final: 'm' }, ({ params }) => {
      if (params[0] === 4) reply(`\x1b[>4;${this.modifyOtherKeys}m`)
      return true
    })
  }

  /** The flags in force on the screen that is shown. */
  get kitty(): number {
    return this.#stack.at(-1)!
  }

  /** RIS. */
  reset(): void {
    this.modifyOtherKeys = 0
    for (const stack of [this.#main, this.#alternate]) stack.splice(0, stack.length, 0)
  }

  get #stack(): number[] {
    return this.#onAlternate() ? this.#alternate : this.#main
  }

  /** `how`: 1 replaces all flags, 2 adds these, 3 takes these away. */
  #change(flags: number, how: number): void {
    const stack = this.#stack
    const before = stack.at(-1)!
    const after = how === 2 ? before | flags : how === 3 ? before & ~flags : flags
    stack[stack.length - 1] = after
  }
}
