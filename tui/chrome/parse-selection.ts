import { INVERSE } from '../../screen/cell.ts'
import type { Style } from './node.ts'
import { parseStyle } from './parse-style.ts'
import { parseIndex, type Table } from './parse-table.ts'
import { parseText } from './parse-text.ts'

/** What lists and tables have in common: which item is highlighted, and how. */
export interface Selection {
  selected?: number
  highlightStyle: Style
  highlightSymbol: string
}

/** `{selected?, highlight_style?, highlight_symbol?}` */
export function parseSelection(props: Table, path: string): Selection {
  return {
    selected: parseIndex(props.selected, `${path}.selected`),
    highlightStyle: parseStyle(props.highlight_style, `${path}.highlight_style`) ?? { attributes: INVERSE },
    highlightSymbol: parseText(props.highlight_symbol, `${path}.highlight_symbol`) ?? '> ',
  }
}
