import * as format from '../../screen/row-format.ts'
import type { Links } from './links.ts'

/** Operands of a style before the link. */
const BEFORE_LINK = [
  format.STYLE_FOREGROUND,
  format.STYLE_BACKGROUND,
  format.STYLE_ATTRIBUTES,
  format.STYLE_UNDERLINE_COLOR,
]

/** The hyperlinks that rows refer to, as far as their addresses are still known. */
export function linksIn(rows: readonly Uint8Array[], links: Links): [number, string][] {
  if (!links.any) return []
  const ids = new Set<number>()
  for (const row of rows) collectLinks(row, ids)
  return [...ids].flatMap((id) => {
    const address = links.address(id)
    return address === undefined ? [] : [[id, address] as [number, string]]
  })
}

/** Walks the operations of a row (screen/row-format.ts) without decoding its cells. */
function collectLinks(row: Uint8Array, ids: Set<number>): void {
  let at = 1
  const number = () => {
    let value = 0
    for (let shift = 0; at < row.length; shift += 7) {
      const byte = row[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    return value >>> 0
  }
  while (at < row.length) {
    const op = row[at++]!
    if ((op & ~format.STYLE_MASK) === format.OP_STYLE) {
      for (const operand of BEFORE_LINK) if ((op & operand) !== 0) number()
      if ((op & format.STYLE_LINK) !== 0) ids.add(number())
    } else if (op === format.OP_NARROW_CLUSTER || op === format.OP_WIDE_CLUSTER) {
      const length = number() // read before `at`, which it moves
      at += length
    } else if (op < 0x20) {
      number()
    }
  }
}
