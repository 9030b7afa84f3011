import type { Position } from '../../screen/logical-line.ts'

/** Below 0 when `a` comes before `b`, above 0 when after, 0 when they are the same place. */
export function comparePlaces(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column
}
