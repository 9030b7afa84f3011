import { Box, Text, Transform } from 'ink'
import type { ReactNode } from 'react'
import type { Alignment, Line, Style } from '../node.ts'
import { useShared } from './context.ts'
import { useAnnotation } from './use-annotation.ts'

interface Props {
  line: Line
  alignment?: Alignment
  /** A second text at the right edge, for which the line makes room. */
  right?: Line
  /** Colours the row from edge to edge; spans keep what they set themselves. */
  style?: Style
  /** Cells of the line before the caret, if it is in this row. */
  caret?: number
}

const JUSTIFY = { left: 'flex-start', center: 'center', right: 'flex-end' } as const

/** One row of text; what is too long is cut and ends in an ellipsis. */
export function TextRow({ line, alignment = 'left', right, style, caret }: Props): ReactNode {
  const ref = useAnnotation(
    caret !== undefined ? { kind: 'caret', column: caret } : style ? { kind: 'row', style } : undefined,
  )
  return (
    <Box ref={ref} height={1} flexShrink={0} justifyContent={right ? 'space-between' : JUSTIFY[alignment]}>
      <Spans line={line} />
      {right && (
        <Box flexShrink={0} paddingLeft={1}>
          <Spans line={right} />
        </Box>
      )}
    </Box>
  )
}

function Spans({ line }: { line: Line }): ReactNode {
  const { marks } = useShared()
  return (
    <Text wrap="truncate-end">
      {line.map((span, index) =>
        span.style ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity, and the next line is drawn over them
          <Transform key={index} transform={marks.mark(span.style)}>
            {span.text}
          </Transform>
        ) : (
          span.text
        ),
      )}
    </Text>
  )
}
