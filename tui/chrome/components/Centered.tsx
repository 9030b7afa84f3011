import { Box, type BoxProps, type DOMElement } from 'ink'
import { type ReactNode, useRef } from 'react'
import { sizeWithin } from '../constraint.ts'
import type { Anchor, CenteredNode } from '../node.ts'
import { Area } from './Area.tsx'
import { NodeView } from './NodeView.tsx'
import { useAnnotation } from './use-annotation.ts'
import { useBoxSize } from './use-box-size.ts'

/** Cells a centered box has at least where there are so many: a third of a small terminal is too little for a menu. */
const LEAST_WIDTH = 30
const LEAST_HEIGHT = 8

/** Where a column puts its child: across, and down. */
const PLACES: Readonly<Record<Anchor, Pick<BoxProps, 'alignItems' | 'justifyContent'>>> = {
  center: { alignItems: 'center', justifyContent: 'center' },
  top: { alignItems: 'center', justifyContent: 'flex-start' },
  bottom: { alignItems: 'center', justifyContent: 'flex-end' },
  left: { alignItems: 'flex-start', justifyContent: 'center' },
  right: { alignItems: 'flex-end', justifyContent: 'center' },
  top_left: { alignItems: 'flex-start', justifyContent: 'flex-start' },
  top_right: { alignItems: 'flex-end', justifyContent: 'flex-start' },
  bottom_left: { alignItems: 'flex-start', justifyContent: 'flex-end' },
  bottom_right: { alignItems: 'flex-end', justifyContent: 'flex-end' },
}

/** One child in the middle, or at an edge; it hides what is under it. */
export function Centered({ node }: { node: CenteredNode }): ReactNode {
  const area = useRef<DOMElement>(null)
  const available = useBoxSize(area)
  const cover = useAnnotation({ kind: 'cover' })
  return (
    <Area ref={area} {...PLACES[node.anchor]}>
      <Box
        ref={cover}
        flexDirection="column"
        flexShrink={0}
        overflow="hidden"
        width={sizeWithin(node.width, available.width, node.anchor === 'center' ? LEAST_WIDTH : 1)}
        height={sizeWithin(node.height, available.height, node.anchor === 'center' ? LEAST_HEIGHT : 1)}
      >
        <NodeView node={node.child} />
      </Box>
    </Area>
  )
}
