import type { ReactNode } from 'react'
import type { SpinnerNode } from '../node.ts'
import { SPINNER_MARK } from '../spinner-glyphs.ts'
import { Frame } from './Frame.tsx'
import { TextRow } from './TextRow.tsx'

/** Something that turns, and a label. */
export function Spinner({ node }: { node: SpinnerNode }): ReactNode {
  return (
    <Frame block={node.block}>
      <TextRow line={[{ text: SPINNER_MARK, style: node.style }, { text: ' ' }, ...node.label]} />
    </Frame>
  )
}
