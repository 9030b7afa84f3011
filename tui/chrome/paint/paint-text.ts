import type { DOMElement } from 'ink'
import type { Glyph, Glyphs } from '../glyphs.ts'
import type { Style } from '../node.ts'
import { markedStyle, mergeStyles } from '../style.ts'
import type { Canvas, Clip } from './canvas.ts'

/**
 * Draws an Ink text element in one row: its glyphs from `x` on, in at most `width` cells; what does not fit is cut and
 * ends in an ellipsis. `base` is the style of the row it stands in.
 */
export function paintText(
  canvas: Canvas,
  glyphs: Glyphs,
  element: DOMElement,
  x: number,
  y: number,
  width: number,
  base: Style | undefined,
  clip: Clip,
): void {
  const runs: Run[] = []
  collect(element, base, glyphs, runs)
  const total = runs.reduce((sum, run) => sum + run.width, 0)
  const right = x + width
  // Where the text must end to leave room for the ellipsis.
  const end = total > width ? right - 1 : right
  for (const run of runs) {
    for (const glyph of run.glyphs) {
      if (x + glyph.width > end) {
        if (x < right) canvas.put(x, y, glyphs.split('…')[0]!, run.style, clip)
        return
      }
      canvas.put(x, y, glyph, run.style, clip)
      x += glyph.width
    }
  }
}

interface Run {
  glyphs: readonly Glyph[]
  width: number
  style: Style | undefined
}

function collect(element: DOMElement, style: Style | undefined, glyphs: Glyphs, runs: Run[]): void {
  for (const child of element.childNodes) {
    if (child.nodeName === '#text') {
      const text = child.nodeValue
      runs.push({ glyphs: glyphs.split(text), width: glyphs.width(text), style })
    } else {
      const element = child as DOMElement
      collect(element, mergeStyles(style, markedStyle(element.internal_transform)), glyphs, runs)
    }
  }
}
