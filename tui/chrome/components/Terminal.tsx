import type { ReactNode } from 'react'
import type { TerminalNode } from '../node.ts'
import { Area } from './Area.tsx'
import { Frame } from './Frame.tsx'
import { useAnnotation } from './use-annotation.ts'

/** The place of a session's screen: left empty here, filled by the compositor. */
export function Terminal({ node }: { node: TerminalNode }): ReactNode {
  const { id, path, agentIndex, ptyIndex } = node
  const ref = useAnnotation({ kind: 'panel', id, path, agentIndex, ptyIndex })
  return (
    <Frame block={node.block}>
      <Area ref={ref} />
    </Frame>
  )
}
