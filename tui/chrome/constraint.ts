import type { BoxProps } from 'ink'
import type { Constraint } from './node.ts'

/** Shrinks so much more willingly than a fixed length that the length stays whole while there is a percentage to take. */
const SHRINKS_FIRST = 1000

/**
 * A constraint as flexbox properties along an axis. When a split is too small, percentages give way first, then fixed
 * lengths and `max`, and a `min` keeps its length until the end; only `min` takes what is left over.
 */
export function alongAxis(constraint: Constraint, axis: 'width' | 'height'): BoxProps {
  const { value } = constraint
  const minimum = axis === 'width' ? { minWidth: value } : { minHeight: value }
  const maximum = axis === 'width' ? { maxWidth: value } : { maxHeight: value }
  const share = axis === 'width' ? { width: `${value}%` } : { height: `${value}%` }
  switch (constraint.kind) {
    case 'percent':
      // Not as flexBasis: Yoga computes a percentage there once and keeps it when the parent's size changes.
      return { ...share, flexBasis: undefined, flexGrow: 0, flexShrink: SHRINKS_FIRST }
    case 'length':
      return { flexBasis: value, flexGrow: 0, flexShrink: 1 }
    case 'min':
      return { flexBasis: 0, flexGrow: 1, flexShrink: 1, ...minimum }
    case 'max':
      return { flexBasis: value, flexGrow: 0, flexShrink: 1, ...maximum }
  }
}

/** A constraint as the size of one box within `available` cells, at least `least` of them. */
export function sizeWithin(constraint: Constraint, available: number, least: number): number {
  const { kind, value } = constraint
  const wanted =
    kind === 'percent' ? Math.round((available * value) / 100) : kind === 'min' ? Math.max(value, available) : value
  return Math.min(available, Math.max(wanted, least))
}
