import type { ReactNode } from 'react'
import type { Alignment, Line } from '../node.ts'
import { TextRow } from './TextRow.tsx'

/** Lines below each other, one row each. */
export function TextRows({ lines, alignment }: { lines: Line[]; alignment?: Alignment }): ReactNode {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a row is the place where a line is shown
    <TextRow key={index} line={line} alignment={alignment} />
  ))
}
