/**
 * What Lua's `render` and `render_overlay` return, once it is known to be right: parse-node.ts turns the tables copied
 * out of Lua into these shapes and names the path of what is wrong. Plain data, so that it can be posted to the worker.
 *
 * The tables' own fields are documented where they are parsed (parse-node.ts, parse-widget.ts, parse-text.ts).
 */
export type Node = SplitNode | CenteredNode | WidgetNode

export type WidgetNode =
  | ListNode
  | TableNode
  | TabsNode
  | GaugeNode
  | SpinnerNode
  | ParagraphNode
  | InputNode
  | TerminalNode
  | ConnectionCodeNode
  | EmptyNode

interface NodeBase {
  /** Where it stands in the tree, as errors show it: `render(): root.children[2]`, counted from 1 as Lua does. */
  path: string
}

/** `hsplit` lays its children side by side, constraints are widths; `vsplit` stacks them, constraints are heights. */
export interface SplitNode extends NodeBase {
  type: 'hsplit' | 'vsplit'
  /** As many as children. */
  constraints: Constraint[]
  children: Node[]
}

/** One child in the middle of its area, or at one of its edges. */
export interface CenteredNode extends NodeBase {
  type: 'centered'
  anchor: Anchor
  width: Constraint
  height: Constraint
  child: Node
}

export type Anchor =
  | 'center'
  | 'top'
  | 'bottom'
  | 'left'
  | 'right'
  | 'top_left'
  | 'top_right'
  | 'bottom_left'
  | 'bottom_right'

/**
 * How long a child is along its split: `percent` of the split, `length` in cells, `min` takes what is left and at least
 * so many cells, `max` at most so many.
 */
export interface Constraint {
  kind: 'percent' | 'length' | 'min' | 'max'
  value: number
}

interface WidgetBase extends NodeBase {
  /** The name under which the host keeps the selection or text of a widget that does not give its own. */
  id?: string
  block?: Block
}

export interface ListNode extends WidgetBase {
  type: 'list'
  items: ListItem[]
  /**
   * Which item is highlighted, from 0, headers not counted: the numbering of `list_selected` and of `overlay_actions`.
   * Absent: nothing is, or, with an `id`, the host puts its own number here before the tree is drawn.
   */
  selected?: number
  highlightStyle: Style
  highlightSymbol: string
}

export interface ListItem {
  text: Line
  /** A second line under the text. */
  secondary?: Line
  /** At the right edge of the text's row; the text is cut to make room. */
  right?: Line
  /** A heading between items: not selectable. */
  header: boolean
  style?: Style
  /** Whatever Lua put there; the host hands it back when the item is chosen. Not sent to the worker. */
  action?: unknown
}

/** Rows of cells in columns, selected as a list's items are. */
export interface TableNode extends WidgetBase {
  type: 'table'
  /** The columns' widths; none: all the same. */
  columns: Constraint[]
  /** Stays above the rows; none when empty. */
  header: Line[]
  items: TableItem[]
  /** As ListNode.selected. */
  selected?: number
  highlightStyle: Style
  highlightSymbol: string
}

export interface TableItem {
  cells: Line[]
  /** As ListItem.header: a table's rows can all be selected. */
  header: false
  style?: Style
  /** As ListItem.action. */
  action?: unknown
}

/** Names side by side; a click runs the action of one. */
export interface TabsNode extends WidgetBase {
  type: 'tabs'
  items: TabItem[]
  /** From 0. */
  selected: number
  highlightStyle: Style
  divider: Line
}

export interface TabItem {
  text: Line
  /** As ListItem.action. */
  action?: unknown
}

/** A bar that is full to a part. */
export interface GaugeNode extends WidgetBase {
  type: 'gauge'
  /** From 0 to 1. */
  ratio: number
  /** Beside the bar. */
  label: Line
  style?: Style
}

/** Something that turns while it is seen, and a label. */
export interface SpinnerNode extends WidgetBase {
  type: 'spinner'
  label: Line
  style?: Style
}

export interface ParagraphNode extends WidgetBase {
  type: 'paragraph'
  lines: Line[]
  alignment: Alignment
  /** Breaks long lines between words; otherwise they are cut. */
  wrap: boolean
}

export interface InputNode extends WidgetBase {
  type: 'input'
  /** Text above the field. */
  lines: Line[]
  /** May hold line breaks. Absent: empty, or, with an `id`, the host puts its own text here before the tree is drawn. */
  value?: string
  /** Characters (grapheme clusters) before the cursor. Absent: at the end. */
  cursor?: number
  /** Shown while the value is empty. */
  placeholder?: Line
  alignment: Alignment
}

/** A session's screen. The worker leaves its area empty and reports where it is. */
export interface TerminalNode extends WidgetBase {
  type: 'terminal'
  /** From 0. Absent: the selected agent. */
  agentIndex?: number
  /** From 0. Absent: the agent's active session. */
  ptyIndex?: number
}

/** The pairing code; the code itself comes with the render request, see protocol.ts. */
export interface ConnectionCodeNode extends WidgetBase {
  type: 'connection_code'
  header: Line[]
  /** Shown in place of the header once the code was used. */
  usedHeader: Line[]
  footer: Line[]
}

export interface EmptyNode extends WidgetBase {
  type: 'empty'
}

export type Alignment = 'left' | 'center' | 'right'

/** The frame around a widget. */
export interface Block {
  title?: Line
  borders: 'all' | 'none'
  borderStyle?: Style
  borderType: BorderType
}

export type BorderType = 'plain' | 'rounded' | 'double' | 'thick'

export type Line = Span[]

/** Text without control characters. */
export interface Span {
  text: string
  style?: Style
}

/** In the numbers of screen/cell.ts. What is absent is inherited; attributes add up. */
export interface Style {
  foreground?: number
  background?: number
  attributes?: number
}
