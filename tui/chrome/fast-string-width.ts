import stringWidthOf, { type Options } from 'string-width'
import { knownWidth } from '../../screen/width.ts'

/** What the bundles give to Ink and its packages for `string-width`: the same, without a regular expression for most. */
export default function stringWidth(text: string, options?: Options): number {
  const asUsual = options?.ambiguousIsNarrow !== false
  return (asUsual ? knownWidth(text) : undefined) ?? stringWidthOf(text, options)
}
