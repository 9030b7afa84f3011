import type { GaugeNode, SpinnerNode, TabItem, TableItem, TableNode, TabsNode } from './node.ts'
import { parseConstraint } from './parse-constraint.ts'
import { parseEach, refuse } from './parse-error.ts'
import { parseSelection } from './parse-selection.ts'
import { parseStyle } from './parse-style.ts'
import { isTable, parseArray, parseIndex, type Table } from './parse-table.ts'
import { parseLine, parseOptionalLine } from './parse-text.ts'

/** `{columns?, header?, rows, selected?, highlight_style?, highlight_symbol?}`; columns are constraints of their widths. */
export function parseTableWidget(props: Table, path: string): Omit<TableNode, 'path'> {
  const columns = parseArray(props.columns, `${path}.columns`, 'an array of constraints')
  const header = parseArray(props.header, `${path}.header`, 'an array of lines')
  const rows = parseArray(props.rows, `${path}.rows`, 'an array of rows')
  return {
    type: 'table',
    columns: parseEach(columns, `${path}.columns`, parseConstraint),
    header: parseEach(header, `${path}.header`, parseLine),
    items: parseEach(rows, `${path}.rows`, parseRow),
    ...parseSelection(props, path),
  }
}

/** `{items, selected?, highlight_style?, divider?}` where an item is a line, or `{text, action}`. */
export function parseTabs(props: Table, path: string): Omit<TabsNode, 'path'> {
  const items = parseArray(props.items, `${path}.items`, 'an array of tabs')
  return {
    type: 'tabs',
    items: parseEach(items, `${path}.items`, parseTab),
    selected: parseIndex(props.selected, `${path}.selected`) ?? 0,
    highlightStyle: parseSelection(props, path).highlightStyle,
    divider: parseOptionalLine(props.divider, `${path}.divider`) ?? [{ text: '│' }],
  }
}

/** `{ratio, label?, style?}`: how much of the bar is full, from 0 to 1. */
export function parseGauge(props: Table, path: string): Omit<GaugeNode, 'path'> {
  const ratio = props.ratio ?? 0
  if (typeof ratio !== 'number' || !(ratio >= 0 && ratio <= 1))
    return refuse(`${path}.ratio`, 'a number from 0 to 1', ratio)
  return {
    type: 'gauge',
    ratio,
    label: parseOptionalLine(props.label, `${path}.label`) ?? [{ text: `${Math.round(ratio * 100)}%` }],
    style: parseStyle(props.style, `${path}.style`),
  }
}

/** `{label?, style?}` */
export function parseSpinner(props: Table, path: string): Omit<SpinnerNode, 'path'> {
  return {
    type: 'spinner',
    label: parseOptionalLine(props.label, `${path}.label`) ?? [],
    style: parseStyle(props.style, `${path}.style`),
  }
}

/** An array of lines, or `{cells, style?, action?}`. */
function parseRow(value: unknown, path: string): TableItem {
  const table = isTable(value) ? value : undefined
  const at = table ? `${path}.cells` : path
  const cells = parseArray(table ? table.cells : value, at, 'an array of lines')
  const item: TableItem = {
    cells: parseEach(cells, at, parseLine),
    header: false,
    style: parseStyle(table?.style, `${path}.style`),
  }
  if (table?.action !== undefined && table.action !== null) item.action = table.action
  return item
}

function parseTab(value: unknown, path: string): TabItem {
  if (!isTable(value) || !('action' in value)) return { text: parseLine(isTable(value) ? value.text : value, path) }
  return { text: parseLine(value.text, `${path}.text`), action: value.action }
}
