import type { DOMElement } from 'ink'
import type { Annotation, Annotations } from '../annotations.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Style } from '../node.ts'
import type { Area, FrameMessage, Panel, WidgetArea } from '../protocol.ts'
import { markedStyle, mergeStyles } from '../style.ts'
import { Canvas, type Clip } from './canvas.ts'
import { type BorderPieces, paintBorder } from './paint-border.ts'
import { paintText } from './paint-text.ts'

/** What a painted tree is, see FrameMessage. */
export interface Painted {
  canvas: Canvas
  panels: Panel[]
  overlays: Area[]
  widgets: WidgetArea[]
  cursor?: FrameMessage['cursor']
}

/**
 * Draws the elements that Ink has laid out into cells. Ink would print the same tree as a string, cell by cell through
 * its ANSI tokenizer, which costs several times as much and would have to be parsed again.
 */
export function paint(root: DOMElement, annotations: Annotations, glyphs: Glyphs, cols: number, rows: number): Painted {
  const painting = new Painting(new Canvas(cols, rows), annotations, glyphs)
  painting.visit(root, { x: 0, y: 0, clip: { left: 0, top: 0, right: cols, bottom: rows }, overlay: false })
  return painting.painted
}

/** Where the parent is, and what its children inherit. */
interface Place {
  x: number
  y: number
  clip: Clip
  overlay: boolean
  /** The style of the row it is in. */
  base?: Style
  /** Cells of text before the caret, in the row that has it. */
  caret?: number
}

class Painting {
  readonly painted: Painted
  readonly #canvas: Canvas
  readonly #annotations: Annotations
  readonly #glyphs: Glyphs

  constructor(canvas: Canvas, annotations: Annotations, glyphs: Glyphs) {
    this.painted = { canvas, panels: [], overlays: [], widgets: [] }
    this.#canvas = canvas
    this.#annotations = annotations
    this.#glyphs = glyphs
  }

  visit(element: DOMElement, parent: Place): void {
    const { yogaNode } = element
    if (!yogaNode) return
    const layout = yogaNode.getComputedLayout()
    const { width, height } = layout
    const place: Place = { ...parent, x: parent.x + layout.left, y: parent.y + layout.top }
    if (element.nodeName === 'ink-text') return this.#text(element, place, width)
    const annotation = this.#annotations.get(element)
    if (annotation) this.#annotated(annotation, place, { x: place.x, y: place.y, width, height })
    const border = element.style.borderStyle as BorderPieces | undefined
    if (border) {
      const style = annotation?.kind === 'border' ? annotation.style : undefined
      paintBorder(this.#canvas, this.#glyphs, border, place.x, place.y, width, height, style, place.clip)
    }
    if (element.style.overflowX === 'hidden') place.clip = inside(place, width, height, border ? 1 : 0)
    for (const child of element.childNodes) {
      if (child.nodeName !== '#text') this.visit(child as DOMElement, place)
    }
  }

  #text(element: DOMElement, place: Place, width: number): void {
    const { x, y, clip } = place
    const style = mergeStyles(place.base, markedStyle(element.internal_transform))
    paintText(this.#canvas, this.#glyphs, element, x, y, width, style, clip)
    if (place.caret === undefined) return
    const column = x + place.caret
    if (y >= clip.top && y < clip.bottom && column >= clip.left && column < clip.right) {
      this.painted.cursor = { x: column, y }
    }
  }

  #annotated(annotation: Annotation, place: Place, area: Area): void {
    const { overlay } = place
    switch (annotation.kind) {
      case 'panel': {
        const { id, path, agentIndex, ptyIndex } = annotation
        this.painted.panels.push({ id, path, agentIndex, ptyIndex, overlay, ...area })
        return
      }
      case 'list': {
        this.painted.widgets.push({ ...annotation, overlay, ...area })
        return
      }
      case 'tabs':
      case 'input':
        this.painted.widgets.push({ ...annotation, overlay, ...area })
        return
      case 'caret':
        place.caret = annotation.column
        return
      case 'row':
        this.#canvas.fill(area.x, area.y, area.width, area.height, annotation.style, place.clip)
        place.base = annotation.style
        return
      case 'layer':
        place.overlay = true
        return
      case 'cover':
        this.#canvas.clear(area.x, area.y, area.width, area.height, place.clip)
        this.painted.overlays.push(area)
        return
      case 'border':
        return
    }
  }
}

function inside(place: Place, width: number, height: number, border: number): Clip {
  const { x, y, clip } = place
  return {
    left: Math.max(clip.left, x + border),
    top: Math.max(clip.top, y + border),
    right: Math.min(clip.right, x + width - border),
    bottom: Math.min(clip.bottom, y + height - border),
  }
}
