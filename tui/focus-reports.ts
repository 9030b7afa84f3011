import type { DataPlane } from './data/data-plane.ts'
import type { Panel } from './data/panel.ts'

const FOCUS_IN = Buffer.from('\x1b[I')
const FOCUS_OUT = Buffer.from('\x1b[O')

/**
 * Tells programs that asked (DECSET 1004) whether the user looks at them: in the selected terminal of a window that has
 * the focus. Switching to another agent is losing the focus.
 */
export class FocusReports {
  readonly #data: DataPlane
  /** Session of the program that was told it has the focus. */
  #told: string | undefined

  constructor(data: DataPlane) {
    this.#data = data
  }

  /** To be called after whatever may have changed it; does nothing when nothing did. */
  update(panel: Panel | undefined, windowHasFocus: boolean): void {
    const wanted = windowHasFocus && panel?.screen.modes.focusReports ? panel.session : undefined
    if (wanted === this.#told) return
    // One that does not want to know any more has not lost the focus by that.
    const stillAsks = this.#told !== panel?.session || panel?.screen.modes.focusReports
    if (this.#told !== undefined && stillAsks) this.#data.input(this.#told, FOCUS_OUT)
    if (wanted !== undefined) this.#data.input(wanted, FOCUS_IN)
    this.#told = wanted
  }
}
