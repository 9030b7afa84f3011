import type { DOMElement } from 'ink'
import { Box } from 'ink'
import { type ReactNode, useRef } from 'react'
import { sizeWithin } from '../constraint.ts'
import type { CenteredNode } from '../node.ts'
import { Area } from './Area.tsx'
import { NodeView } from './NodeView.tsx'
import { useAnnotation } from './use-annotation.ts'
import { useBoxSize } from './use-box-size.ts'

/** Cells a centered box has at least where there are so many: a third of a small terminal is too little for a menu. */
const LEAST_WIDTH = 30
const LEAST_HEIGHT = 8

/** One child in the middle; it hides what is under it. */
export function Centered({ node }: { node: CenteredNode }): ReactNode {
  const area = useRef<DOMElement>(null)
  const available = useBoxSize(area)
  const cover = useAnnotation({ kind: 'cover' })
  return (
    <Area ref={area} alignItems="center" justifyContent="center">
      <Box
        ref={cover}
        flexDirection="column"
        flexShrink={0}
        overflow="hidden"
        width={sizeWithin(node.width, available.width, LEAST_WIDTH)}
        height={sizeWithin(node.height, available.height, LEAST_HEIGHT)}
      >
        <NodeView node={node.child} />
      </Box>
    </Area>
  )
}
