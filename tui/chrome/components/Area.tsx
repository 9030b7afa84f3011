import { Box, type BoxProps, type DOMElement } from 'ink'
import type { ReactNode, RefObject } from 'react'

interface Props extends BoxProps {
  ref?: RefObject<DOMElement | null>
  children?: ReactNode
}

/** A box that takes all the room it is given, whatever is in it, and shows nothing beyond. Its children are stacked. */
export function Area({ ref, children, ...props }: Props): ReactNode {
  return (
    <Box
      ref={ref}
      flexDirection="column"
      flexGrow={1}
      flexShrink={1}
      flexBasis={0}
      minWidth={0}
      minHeight={0}
      overflow="hidden"
      {...props}
    >
      {children}
    </Box>
  )
}
