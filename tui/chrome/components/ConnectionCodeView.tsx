import type { DOMElement } from 'ink'
import { type ReactNode, useRef } from 'react'
import type { ConnectionCodeNode, Line } from '../node.ts'
import type { ConnectionCode } from '../protocol.ts'
import { wrapLine } from '../wrap.ts'
import { Area } from './Area.tsx'
import { useConnectionCode, useShared } from './context.ts'
import { Frame } from './Frame.tsx'
import { TextRows } from './TextRows.tsx'
import { useBoxSize } from './use-box-size.ts'

/** The pairing code as a QR code between header and footer; where it does not fit, its address. */
export function ConnectionCodeView({ node }: { node: ConnectionCodeNode }): ReactNode {
  const code = useConnectionCode()
  const ref = useRef<DOMElement>(null)
  const { width, height } = useBoxSize(ref)
  const { glyphs } = useShared()
  const header = code?.used && node.usedHeader.length > 0 ? node.usedHeader : node.header
  const room = height - header.length - node.footer.length
  const fits = code && code.qr.length <= room && code.qr.every((row) => glyphs.width(row) <= width)
  const middle = fits ? code.qr.map(plain) : instead(code).flatMap((line) => wrapLine(line, width, glyphs))
  return (
    <Frame block={node.block}>
      <Area ref={ref}>
        <TextRows lines={header} alignment="center" />
        <TextRows lines={middle} alignment="center" />
        <TextRows lines={node.footer} alignment="center" />
      </Area>
    </Frame>
  )
}

function instead(code: ConnectionCode | undefined): Line[] {
  if (!code) return [plain('Making a connection code…')]
  return [plain('This terminal is too small for the QR code.'), plain(code.url)]
}

function plain(text: string): Line {
  return [{ text }]
}
