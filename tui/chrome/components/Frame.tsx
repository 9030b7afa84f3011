import { Box, type BoxProps } from 'ink'
import type { ReactNode } from 'react'
import type { Block, BorderType } from '../node.ts'
import type { BorderPieces } from '../paint/paint-border.ts'
import { Area } from './Area.tsx'
import { TextRow } from './TextRow.tsx'
import { useAnnotation } from './use-annotation.ts'
import type { HiddenItems } from './use-visible-items.ts'

interface Props {
  block?: Block
  /** Items that a list has no room for: the bottom border tells of them. */
  hidden?: HiddenItems
  children?: ReactNode
}

/** The frame around a widget: its border, and the title in the top border or, without one, in a row above. */
export function Frame({ block, hidden, children }: Props): ReactNode {
  if (!block) return <Area>{children}</Area>
  if (block.borders === 'none') {
    return (
      <Area>
        {block.title && <TextRow line={block.title} />}
        <Area>{children}</Area>
      </Area>
    )
  }
  return (
    <Bordered block={block} hidden={hidden}>
      {children}
    </Bordered>
  )
}

function Bordered({ block, hidden, children }: Props & { block: Block }): ReactNode {
  const more = hidden ? describeHidden(hidden) : ''
  const ref = useAnnotation(block.borderStyle ? { kind: 'border', style: block.borderStyle } : undefined)
  return (
    <Area>
      <Area ref={ref} borderStyle={PIECES[block.borderType]}>
        {children}
      </Area>
      {block.title && (
        <Box {...TITLE_PLACE}>
          <TextRow line={block.title} />
        </Box>
      )}
      {more !== '' && (
        <Box {...MORE_PLACE}>
          <TextRow line={[{ text: more, style: block.borderStyle }]} alignment="right" />
        </Box>
      )}
    </Area>
  )
}

/** " ↑3 ↓12 ", or nothing where all is seen. */
function describeHidden({ above, below }: HiddenItems): string {
  const parts = [above > 0 ? `↑${above}` : '', below > 0 ? `↓${below}` : ''].filter((part) => part !== '')
  return parts.length > 0 ? ` ${parts.join(' ')} ` : ''
}

const MORE_PLACE: BoxProps = { position: 'absolute', bottom: 0, left: 1, right: 1, height: 1, flexDirection: 'column' }
const TITLE_PLACE: BoxProps = { position: 'absolute', top: 0, left: 1, right: 1, height: 1, flexDirection: 'column' }

const PIECES: Readonly<Record<BorderType, BorderPieces>> = {
  plain: pieces('┌─┐', '│', '└─┘'),
  rounded: pieces('╭─╮', '│', '╰─╯'),
  double: pieces('╔═╗', '║', '╚═╝'),
  thick: pieces('┏━┓', '┃', '┗━┛'),
}

function pieces(top: string, side: string, bottom: string): BorderPieces {
  return {
    topLeft: top[0]!,
    top: top[1]!,
    topRight: top[2]!,
    left: side,
    right: side,
    bottomLeft: bottom[0]!,
    bottom: bottom[1]!,
    bottomRight: bottom[2]!,
  }
}
