import { Box } from 'ink'
import type { ReactNode } from 'react'
import type { Node } from '../node.ts'
import type { RenderMessage } from '../protocol.ts'
import { Catch } from './Catch.tsx'
import { type ChromeContext, ConnectionCodeProvider, SharedProvider } from './context.ts'
import { NodeView } from './NodeView.tsx'
import { useAnnotation } from './use-annotation.ts'

interface Props {
  request: RenderMessage
  shared: ChromeContext
  onError: (error: unknown) => void
}

/** A whole screen: the tree, and above it the overlay. */
export function Screen({ request, shared, onError }: Props): ReactNode {
  const { cols, rows, tree, overlay, connectionCode } = request
  return (
    <Catch onError={onError}>
      <SharedProvider value={shared}>
        <ConnectionCodeProvider value={connectionCode}>
          <Box width={cols} height={rows} overflow="hidden" flexDirection="column">
            <NodeView node={tree} />
            {overlay && <Overlay node={overlay} cols={cols} rows={rows} />}
          </Box>
        </ConnectionCodeProvider>
      </SharedProvider>
    </Catch>
  )
}

/** Covers what its centered box covers; an overlay that is something else covers everything. */
function Overlay({ node, cols, rows }: { node: Node; cols: number; rows: number }): ReactNode {
  const layer = useAnnotation({ kind: 'layer' })
  const cover = useAnnotation(node.type === 'centered' ? undefined : { kind: 'cover' })
  return (
    <Box ref={layer} position="absolute" top={0} left={0} width={cols} height={rows} flexDirection="column">
      <Box ref={cover} width={cols} height={rows} flexDirection="column">
        <NodeView node={node} />
      </Box>
    </Box>
  )
}
