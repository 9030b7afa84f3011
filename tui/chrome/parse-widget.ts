import type { Block, BorderType, InputNode, ListItem, ListNode, WidgetNode } from './node.ts'
import { parseGauge, parseSpinner, parseTableWidget, parseTabs } from './parse-data-widget.ts'
import { describe, NodeProblem, oneOf, parseEach, refuse } from './parse-error.ts'
import { parseSelection } from './parse-selection.ts'
import { parseStyle } from './parse-style.ts'
import { isTable, parseArray, parseBoolean, parseIndex, parseTable, type Table } from './parse-table.ts'
import { parseAlignment, parseLine, parseLines, parseOptionalLine, parseText, textOf } from './parse-text.ts'

const BORDER_TYPES: readonly BorderType[] = ['plain', 'rounded', 'double', 'thick']

/**
 * A widget: `{type, id?, block?, props?}`, where the properties may also stand at the top level.
 * `props` is where they are, `propsPath` how to call that place in errors.
 */
export function parseWidget(type: WidgetNode['type'], table: Table, path: string): WidgetNode {
  const nested = table.props !== undefined && table.props !== null
  const at = nested ? `${path}.props` : path
  const props = nested ? parseTable(table.props, at, 'a table of properties') : table
  const base: { path: string; id?: string; block?: Block } = { path }
  const id = parseText(table.id ?? props.id, `${path}.id`)
  if (id !== undefined) base.id = id
  const block = parseBlock(table.block ?? props.block, `${path}.block`)
  if (block) base.block = block
  switch (type) {
    case 'list':
      return { ...base, ...parseList(props, at) }
    case 'table':
      return { ...base, ...parseTableWidget(props, at) }
    case 'tabs':
      return { ...base, ...parseTabs(props, at) }
    case 'gauge':
      return { ...base, ...parseGauge(props, at) }
    case 'spinner':
      return { ...base, ...parseSpinner(props, at) }
    case 'paragraph':
      return {
        ...base,
        type,
        lines: parseLines(props.lines, `${at}.lines`),
        alignment: parseAlignment(props.alignment, `${at}.alignment`),
        wrap: parseBoolean(props.wrap, `${at}.wrap`),
      }
    case 'input':
      return { ...base, ...parseInput(props, at) }
    case 'terminal':
      return {
        ...base,
        type,
        agentIndex: parseIndex(props.agent_index, `${at}.agent_index`),
        ptyIndex: parseIndex(props.pty_index, `${at}.pty_index`),
      }
    case 'connection_code':
      return {
        ...base,
        type,
        header: parseLines(props.header, `${at}.header`),
        usedHeader: parseLines(props.used_header, `${at}.used_header`),
        footer: parseLines(props.footer, `${at}.footer`),
      }
    case 'empty':
      return { ...base, type }
  }
}

/** `{items, selected?, highlight_style?, highlight_symbol?}` */
function parseList(props: Table, path: string): Omit<ListNode, 'path'> {
  const items = parseArray(props.items, `${path}.items`, 'an array of items')
  return {
    type: 'list',
    items: parseEach(items, `${path}.items`, parseItem),
    ...parseSelection(props, path),
  }
}

/** A string, or `{text, secondary?, right?, header?, style?, action?}` where text, secondary and right are lines (parse-text.ts). */
function parseItem(value: unknown, path: string): ListItem {
  if (!isTable(value)) return { text: parseLine(value, path), header: false }
  const item: ListItem = {
    text: parseLine(value.text, `${path}.text`),
    header: parseBoolean(value.header, `${path}.header`),
  }
  const secondary = parseOptionalLine(value.secondary, `${path}.secondary`)
  if (secondary) item.secondary = secondary
  const right = parseOptionalLine(value.right, `${path}.right`)
  if (right) item.right = right
  const style = parseStyle(value.style, `${path}.style`)
  if (style) item.style = style
  if (value.action !== undefined && value.action !== null) item.action = value.action
  return item
}

/** `{lines?, value?, cursor?, placeholder?, alignment?}` */
function parseInput(props: Table, path: string): Omit<InputNode, 'path'> {
  const value = props.value === undefined || props.value === null ? undefined : textOf(props.value)
  if (value === undefined && props.value !== undefined && props.value !== null) {
    return refuse(`${path}.value`, 'a string', props.value)
  }
  return {
    type: 'input',
    lines: parseLines(props.lines, `${path}.lines`),
    value,
    cursor: parseIndex(props.cursor, `${path}.cursor`),
    placeholder: parseOptionalLine(props.placeholder, `${path}.placeholder`),
    alignment: parseAlignment(props.alignment, `${path}.alignment`),
  }
}

/** `{title?, borders? "all" | "none", border_style?, border_type?}`; without `borders` there are some. */
function parseBlock(value: unknown, path: string): Block | undefined {
  if (value === undefined || value === null) return undefined
  const table = parseTable(value, path, 'a table {title, borders, border_style}')
  const borders = table.borders ?? 'all'
  if (borders !== 'all' && borders !== 'none') {
    throw new NodeProblem(`${path}.borders`, `unknown borders ${describe(borders)} (expected "all" or "none")`)
  }
  const borderType = (table.border_type ?? 'plain') as BorderType
  if (!BORDER_TYPES.includes(borderType)) {
    const problem = `unknown border type ${describe(borderType)} (expected ${oneOf(BORDER_TYPES)})`
    throw new NodeProblem(`${path}.border_type`, problem)
  }
  return {
    title: parseOptionalLine(table.title, `${path}.title`),
    borders,
    borderStyle: parseStyle(table.border_style, `${path}.border_style`),
    borderType,
  }
}
