import type { ReactNode } from 'react'
import type { EmptyNode } from '../node.ts'
import { Frame } from './Frame.tsx'

/** Nothing, or a frame around nothing. */
export function Empty({ node }: { node: EmptyNode }): ReactNode {
  return <Frame block={node.block} />
}
