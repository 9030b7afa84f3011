import type { ReactNode } from 'react'
import { alongAxis } from '../constraint.ts'
import type { SplitNode } from '../node.ts'
import { Area } from './Area.tsx'
import { keysOf, NodeView } from './NodeView.tsx'

/** Children side by side (`hsplit`) or stacked (`vsplit`), each as long as its constraint says. */
export function Split({ node }: { node: SplitNode }): ReactNode {
  const horizontal = node.type === 'hsplit'
  const keys = keysOf(node.children)
  return (
    <Area flexDirection={horizontal ? 'row' : 'column'}>
      {node.children.map((child, index) => (
        <Area key={keys[index]} {...alongAxis(node.constraints[index]!, horizontal ? 'width' : 'height')}>
          <NodeView node={child} />
        </Area>
      ))}
    </Area>
  )
}
