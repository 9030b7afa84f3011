import type { Constraint } from './node.ts'
import { refuse } from './parse-error.ts'

/** "30%", "20" or 20, "min:20", "max:20" */
export function parseConstraint(value: unknown, path: string): Constraint {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return { kind: 'length', value }
  const match = typeof value === 'string' ? /^(min:|max:|)(\d{1,5})(%?)$/.exec(value.replaceAll(' ', '')) : null
  const [, bound, digits, percent] = match ?? []
  if (digits === undefined || (bound && percent) || (percent && Number(digits) > 100)) {
    return refuse(path, 'a constraint such as "30%", "20", "min:20" or "max:20"', value)
  }
  const kind = percent ? 'percent' : bound === 'min:' ? 'min' : bound === 'max:' ? 'max' : 'length'
  return { kind, value: Number(digits) }
}
