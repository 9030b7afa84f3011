/** The messages between the main thread and the chrome worker. */
import type { Node } from './node.ts'

export interface ScreenSize {
  cols: number
  rows: number
}

/** What a `connection_code` node shows besides its own lines. */
export interface ConnectionCode {
  url: string
  /** The QR code as text, one string a row. */
  qr: string[]
  /** Whether somebody already paired with it. */
  used: boolean
}

/** Main thread to worker: draw this. The worker answers each with one FrameMessage or ErrorMessage of the same `seq`. */
export interface RenderMessage extends ScreenSize {
  type: 'render'
  seq: number
  tree: Node
  overlay?: Node
  connectionCode?: ConnectionCode
}

/** Everything the main thread says. */
export type ChromeRequest = RenderMessage

/** Everything the worker says. */
export type ChromeReply = ReadyMessage | FrameMessage | ErrorMessage

/** The worker has loaded and listens. */
export interface ReadyMessage {
  type: 'ready'
}

/** A drawn frame. All coordinates are cells of the whole screen, counted from the top left corner. */
export interface FrameMessage extends ScreenSize {
  type: 'frame'
  seq: number
  /** cols × rows cells in the layout of screen/cell.ts, to be read as a Uint32Array. Transferred, not copied. */
  cells: ArrayBuffer
  /** The text of cells with the CLUSTER flag, by `y * cols + x`. */
  clusters: [index: number, text: string][]
  panels: Panel[]
  /** What the overlay covers: there, chrome cells win over the panels below. */
  overlays: Area[]
  widgets: WidgetArea[]
  /** Where the caret of the focused input is: the last input of the overlay, else of the tree. */
  cursor?: { x: number; y: number }
  /** Cells in which something spins, as `y * cols + x`: they hold SPINNER_CODE. */
  spinners: number[]
  /** React commits since the worker started, those outside of drawing included. */
  commits: number
  /** Milliseconds the worker took. */
  drawMs: number
}

/** Drawing failed, which is a defect of the chrome: trees are checked before they are sent. */
export interface ErrorMessage {
  type: 'error'
  /** Absent when it belongs to no request. */
  seq?: number
  message: string
  stack?: string
}

export interface Area {
  x: number
  y: number
  width: number
  height: number
}

/** The inside of a terminal node: its cells are empty in the frame, a session's screen goes there. May be 0 wide or high. */
export interface Panel extends Area {
  id?: string
  path: string
  agentIndex?: number
  ptyIndex?: number
  /** Part of the overlay: drawn above it, not hidden by it. */
  overlay: boolean
}

export type WidgetArea = ListArea | TabsArea | InputArea

interface WidgetAreaBase extends Area {
  id?: string
  path: string
  overlay: boolean
}

/** The inside of a list. */
export interface ListArea extends WidgetAreaBase {
  kind: 'list'
  /** Index of the first item shown, headers counted. */
  firstVisible: number
  /** Which item each row shows, headers not counted (ListNode.selected); -1 for headers and rows below the last item. */
  rowItems: number[]
  /** How many items can be selected. */
  selectable: number
}

/** The inside of tabs. */
export interface TabsArea extends WidgetAreaBase {
  kind: 'tabs'
  /** The column after each tab, from the left of the area. */
  ends: number[]
}

/** The part of an input where its value is. */
export interface InputArea extends WidgetAreaBase {
  kind: 'input'
}
