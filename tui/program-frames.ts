import type { Frame, TerminalModes } from '../protocol/messages/ptyhost.ts'
import type { DataPlane } from './data/data-plane.ts'
import type { Panels } from './data/panels.ts'
import type { Display } from './display.ts'

export interface ProgramFrameParts {
  readonly panels: Panels
  readonly data: DataPlane
  readonly display: Display
  /** Draws what changed. @returns false when the terminal is busy */
  readonly paint: () => boolean
  /** The program that is typed into wants to hear of other things. */
  readonly onModes: (modes: TerminalModes) => void
  /** What the chrome says of a scrolled view is no longer so. */
  readonly onScrollTitle: () => void
  readonly log: (line: string) => void
}

/** Milliseconds between two drawings of the chrome that only say how far back the scrolled view is. */
const SCROLL_TITLE_MS = 200

/** The hot path: everything between a program's output and the outer terminal. */
export class ProgramFrames implements Disposable {
  readonly #parts: ProgramFrameParts
  /** Frames that were applied while the terminal was busy, by view: acknowledged once they are drawn. */
  readonly #undrawn = new Map<number, number>()
  #scrollTitle: NodeJS.Timeout | undefined

  constructor(parts: ProgramFrameParts) {
    this.#parts = parts
  }

  show(frame: Frame): void {
    const { panels, display, data, paint, onModes, onScrollTitle } = this.#parts
    const panel = panels.byView(frame.view)
    if (panel === undefined) return // given up meanwhile
    display.panelChanged(panel, panel.apply(frame))
    if (frame.modes && panel === panels.focused) onModes(frame.modes)
    if (paint()) data.ack(frame.view, frame.seq)
    else this.#undrawn.set(frame.view, frame.seq)
    if (!panel.scrollback.active) return
    this.#scrollTitle ??= setTimeout(() => {
      this.#scrollTitle = undefined
      onScrollTitle()
    }, SCROLL_TITLE_MS)
  }

  /** What had to wait for the terminal is drawn. */
  drawn(): void {
    for (const [view, seq] of this.#undrawn) this.#parts.data.ack(view, seq)
    this.#undrawn.clear()
  }

  failed(view: number, message: string): void {
    const { panels, display, paint, log } = this.#parts
    const panel = panels.byView(view)
    if (panel === undefined) return
    log(`view of ${panel.session}: ${message}`)
    panel.fail()
    display.panelChanged(panel)
    paint()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#scrollTitle)
  }
}
