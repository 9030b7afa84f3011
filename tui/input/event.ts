import type { KeyPress } from '../../screen/keys.ts'
import type { MouseEvent } from '../../screen/mouse.ts'

/** What the user's terminal sent. */
export type InputEvent = KeyEvent | PasteEvent | MouseInputEvent | FocusEvent | ReplyEvent

export interface KeyEvent extends KeyPress {
  type: 'key'
}

/** A bracketed paste, whole. */
export interface PasteEvent {
  type: 'paste'
  data: Uint8Array
}

export interface MouseInputEvent {
  type: 'mouse'
  mouse: MouseEvent
}

/** The terminal's window got or lost the focus (DECSET 1004). */
export interface FocusEvent {
  type: 'focus'
  focused: boolean
}

/** The terminal's answer to a query. */
export interface ReplyEvent {
  type: 'reply'
  reply: TerminalReply
}

export type TerminalReply =
  /** Device attributes: level 1 `CSI ? … c`, 2 `CSI > … c`. */
  | { kind: 'attributes'; level: 1 | 2; parameters: number[] }
  /** DECRPM: state 0 unknown mode, 1 set, 2 reset, 3 and 4 for good. */
  | { kind: 'mode'; mode: number; state: number }
  | { kind: 'kittyFlags'; flags: number }
  /** OSC 4 (with its index), 10 and 11; `color` as the terminal wrote it, such as rgb:ffff/ffff/ffff. */
  | { kind: 'color'; of: 'foreground' | 'background' | 'cursor' | number; color: string }
  /** XTVERSION: name and version. */
  | { kind: 'version'; text: string }
  /** Cursor position report, counted from 0. */
  | { kind: 'cursor'; x: number; y: number }
  /** Size of a cell in pixels (CSI 16 t). */
  | { kind: 'cellPixels'; width: number; height: number }
  | { kind: 'other'; raw: Uint8Array }
