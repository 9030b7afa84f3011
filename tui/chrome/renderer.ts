import { createElement } from 'react'
import { CELL_SIZE } from '../../screen/cell.ts'
import type { Annotations } from './annotations.ts'
import type { ChromeContext } from './components/context.ts'
import { Screen } from './components/Screen.tsx'
import { Glyphs } from './glyphs.ts'
import { InkScreen } from './ink-screen.ts'
import { paint } from './paint/paint.ts'
import type { FrameMessage, RenderMessage } from './protocol.ts'
import { SPINNER_CODE } from './spinner-glyphs.ts'
import { StyleMarks } from './style.ts'

/** Draws trees as cells. Keeps what the components remember between frames, such as how far a list is scrolled. */
export class ChromeRenderer implements Disposable {
  readonly #ink = new InkScreen()
  readonly #annotations: Annotations = new WeakMap()
  readonly #shared: ChromeContext = { annotations: this.#annotations, marks: new StyleMarks(), glyphs: new Glyphs() }
  /** Another key after a failure: components are made anew. */
  #generation = 0

  /** Draws a frame. Throws what a component throws, which is a defect of the chrome; the next frame starts afresh. */
  draw(request: RenderMessage): FrameMessage {
    const started = performance.now()
    const { cols, rows } = request
    const failures: unknown[] = []
    const onError = (error: unknown) => failures.push(error)
    const screen = createElement(Screen, { key: this.#generation, request, shared: this.#shared, onError })
    this.#ink.render(screen, cols, rows)
    if (failures.length > 0) {
      this.#generation++
      throw failures[0]
    }
    const { canvas, panels, overlays, widgets, cursor } = paint(
      this.#ink.root,
      this.#annotations,
      this.#shared.glyphs,
      cols,
      rows,
    )
    return {
      type: 'frame',
      seq: request.seq,
      cols,
      rows,
      cells: canvas.cells.buffer,
      clusters: [...canvas.clusters],
      panels,
      overlays,
      widgets,
      cursor,
      spinners: findSpinners(canvas.cells),
      commits: this.#ink.commits,
      drawMs: performance.now() - started,
    }
  }

  [Symbol.dispose](): void {
    this.#ink[Symbol.dispose]()
  }
}

/** Those that nothing else was drawn over. */
function findSpinners(cells: Uint32Array): number[] {
  const found: number[] = []
  for (let at = 0; at < cells.length; at += CELL_SIZE) if (cells[at] === SPINNER_CODE) found.push(at / CELL_SIZE)
  return found
}
