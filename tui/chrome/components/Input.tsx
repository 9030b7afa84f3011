import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { DIM } from '../../../screen/cell.ts'
import { inputRows } from '../input-rows.ts'
import type { InputNode, Line } from '../node.ts'
import { Area } from './Area.tsx'
import { useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRow } from './TextRow.tsx'
import { TextRows } from './TextRows.tsx'
import { useAnnotation } from './use-annotation.ts'
import { useBoxSize } from './use-box-size.ts'

/** Lines of text and below them an editable value, of which the part around the caret is seen. */
export function Input({ node }: { node: InputNode }): ReactNode {
  return (
    <Frame block={node.block}>
      <Area>
        <TextRows lines={node.lines} alignment={node.alignment} />
        <Field node={node} />
      </Area>
    </Frame>
  )
}

function Field({ node }: { node: InputNode }): ReactNode {
  const { glyphs } = useShared()
  const ref = useAnnotation({ kind: 'input', id: node.id, path: node.path })
  const { width, height } = useBoxSize(ref)
  const previous = useRef(0)
  const value = node.value ?? ''
  const { rows, caret } = inputRows(value, node.cursor ?? Number.POSITIVE_INFINITY, width, glyphs)
  const lastFirst = Math.max(0, rows.length - height)
  const first = Math.min(lastFirst, Math.max(Math.min(previous.current, caret.row), caret.row - height + 1))
  useLayoutEffect(() => {
    previous.current = first
  })
  const lines: Line[] =
    value === '' && node.placeholder ? [placeholder(node.placeholder)] : rows.map((text) => [{ text }])
  return (
    <Area ref={ref}>
      {lines.slice(first, first + height).map((line, index) => (
        <TextRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is the place where a line is shown
          key={index}
          line={line}
          alignment={node.alignment}
          caret={first + index === caret.row ? caret.column : undefined}
        />
      ))}
    </Area>
  )
}

function placeholder(line: Line): Line {
  return line.map((span) => ({ text: span.text, style: span.style ?? { attributes: DIM } }))
}
