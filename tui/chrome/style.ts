import type { TransformProps } from 'ink'
import type { Style } from './node.ts'

/** `over` laid over `under`: its colours win, attributes add up. */
export function mergeStyles(under: Style | undefined, over: Style | undefined): Style | undefined {
  if (!under) return over
  if (!over) return under
  return {
    foreground: over.foreground ?? under.foreground,
    background: over.background ?? under.background,
    attributes: (under.attributes ?? 0) | (over.attributes ?? 0),
  }
}

type Transformer = TransformProps['transform']
type Mark = Transformer & { style: Style }

/**
 * How a style travels through Ink: as a `<Transform>` that leaves the text alone and has the style attached. One per
 * distinct style, since a new transformer makes Ink measure its text again.
 */
export class StyleMarks {
  readonly #marks = new Map<string, Mark>()

  mark(style: Style): Transformer {
    const key = `${style.foreground ?? ''};${style.background ?? ''};${style.attributes ?? ''}`
    const known = this.#marks.get(key)
    if (known) return known
    const mark: Mark = Object.assign((text: string) => text, { style })
    if (this.#marks.size >= MAX_MARKS) this.#marks.clear()
    this.#marks.set(key, mark)
    return mark
  }
}

/** More styles than any layout has; a script that animates colours must not grow the worker. */
const MAX_MARKS = 4096

/** The style that a transformer carries, if it is one of ours. */
export function markedStyle(transformer: Transformer | undefined): Style | undefined {
  return transformer && 'style' in transformer ? (transformer as Mark).style : undefined
}
