import type { TextField } from './text-field.ts'
import type { Widgets } from './widgets.ts'

/** Rows that page up and page down move in a list. */
const PAGE = 10

/** Actions on the focused list that the host carries out. */
const LIST_MOVES: Readonly<Record<string, (selected: number, count: number) => number>> = {
  list_up: (selected, count) => (selected > 0 ? selected - 1 : count - 1),
  list_down: (selected, count) => (selected < count - 1 ? selected + 1 : 0),
  list_page_up: (selected) => selected - PAGE,
  list_page_down: (selected) => selected + PAGE,
  list_first: () => 0,
  list_last: (_, count) => count - 1,
}

/** Actions on the focused input that the host carries out; `input_char` brings its character. False: there was nothing to do. */
const EDITS: Readonly<Record<string, (field: TextField, char: string) => unknown>> = {
  input_char: (field, char) => field.insert(char),
  input_newline: (field) => field.insert('\n'),
  input_backspace: (field) => field.backspace(),
  input_delete: (field) => field.delete(),
  input_word_backspace: (field) => field.deleteWordBefore(),
  input_clear: (field) => field.clear(),
  input_left: (field) => field.left(),
  input_right: (field) => field.right(),
  input_up: (field) => field.up(),
  input_down: (field) => field.down(),
  input_home: (field) => field.home(),
  input_end: (field) => field.end(),
  input_word_left: (field) => field.wordLeft(),
  input_word_right: (field) => field.wordRight(),
}

/**
 * Carries out an action on the widget that has the focus.
 * @returns false when it is no such action, or when Lua keeps that widget's state itself and
 * should hear of it, or when there is no line to go to: then Lua may know of another text
 */
export function runWidgetAction(widgets: Widgets, action: string, char = ''): boolean {
  const move = Object.hasOwn(LIST_MOVES, action) ? LIST_MOVES[action] : undefined
  if (move) return widgets.moveSelection(move)
  const edit = Object.hasOwn(EDITS, action) ? EDITS[action] : undefined
  if (!edit || !widgets.field) return false
  return edit(widgets.field, char) !== false
}
