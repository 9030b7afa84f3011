import type { DOMElement } from 'ink'
import type { Style } from './node.ts'

/**
 * What the painter must know of a box beyond its layout. Ink's boxes carry no data of ours, so components put it here
 * under the box's element.
 */
export type Annotation =
  | { kind: 'panel'; id?: string; path: string; agentIndex?: number; ptyIndex?: number }
  | { kind: 'list'; id?: string; path: string; firstVisible: number; rowItems: number[]; selectable: number }
  /** `ends`: the column after each tab. */
  | { kind: 'tabs'; id?: string; path: string; ends: number[] }
  | { kind: 'input'; id?: string; path: string }
  /** The row of an input's caret, and how many cells of its text are before it. */
  | { kind: 'caret'; column: number }
  /** A row that is coloured from edge to edge. */
  | { kind: 'row'; style: Style }
  | { kind: 'border'; style: Style }
  /** Everything below it belongs to the overlay. */
  | { kind: 'layer' }
  /** Hides what is under it. */
  | { kind: 'cover' }

/** The annotations of one drawn tree; elements that vanish take theirs with them. */
export type Annotations = WeakMap<DOMElement, Annotation>
