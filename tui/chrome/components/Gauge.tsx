import type { DOMElement } from 'ink'
import { type ReactNode, useRef } from 'react'
import { DIM } from '../../../screen/cell.ts'
import type { GaugeNode } from '../node.ts'
import { Area } from './Area.tsx'
import { useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRow } from './TextRow.tsx'
import { useBoxSize } from './use-box-size.ts'

/** Eighths of a cell. */
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** A bar that is full to a part, and a label beside it. */
export function Gauge({ node }: { node: GaugeNode }): ReactNode {
  const ref = useRef<DOMElement>(null)
  const { glyphs } = useShared()
  const label = node.label.reduce((sum, { text }) => sum + glyphs.width(text), 0)
  const width = Math.max(0, useBoxSize(ref).width - (label > 0 ? label + 1 : 0))
  const eighths = Math.round(node.ratio * width * 8)
  const full = '█'.repeat(eighths >> 3) + PARTS[eighths & 7]
  const rest = '░'.repeat(Math.max(0, width - Math.ceil(eighths / 8)))
  const line = [
    { text: full, style: node.style },
    { text: rest, style: { attributes: DIM } },
    { text: ' ' },
    ...node.label,
  ]
  return (
    <Frame block={node.block}>
      <Area ref={ref}>
        <TextRow line={line} />
      </Area>
    </Frame>
  )
}
