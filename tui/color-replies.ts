import { isLight, withReply } from './colors.ts'
import type { DataPlane } from './data/data-plane.ts'
import type { TerminalReply } from './input/event.ts'

export interface ColorRepliesEvents {
  /** Programs are to be told. */
  readonly onChanged: () => void
  /** What the terminal writes on. */
  readonly onBackground: (background: 'light' | 'dark') => void
}

/** Collects what the outer terminal answers about its colours, for the programs that ask for them, and for themes. */
export class ColorReplies {
  readonly #data: DataPlane
  readonly #events: ColorRepliesEvents
  /** They differ from those that programs were told. */
  #changed = false

  constructor(data: DataPlane, events: ColorRepliesEvents) {
    this.#data = data
    this.#events = events
  }

  /** Device attributes come last of all answers: then programs hear of the colours, all at once. */
  note(reply: TerminalReply): void {
    const colors = withReply(this.#data.colors, reply)
    if (colors !== this.#data.colors) this.#changed = true
    this.#data.colors = colors
    this.#events.onBackground(isLight(colors.background ?? '') ? 'light' : 'dark')
    if (reply.kind !== 'attributes' || !this.#changed) return
    this.#changed = false
    this.#events.onChanged()
  }
}
