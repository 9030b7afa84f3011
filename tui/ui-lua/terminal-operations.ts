import type { LuaTable } from '../../lua/vm/index.ts'

/** What Lua asks the host to do with the text of the focused terminal. */
export type TerminalOperation =
  /** Copy mode: a cursor of its own in the text, until mode insert comes back. */
  | { readonly op: 'copy_mode' }
  /** Without a pattern it is what is typed into the focused input from now on. */
  | { readonly op: 'search'; readonly pattern: string | undefined; readonly backward: boolean }
  /** The typing of the pattern ends: the match that was found stays, or everything is as before. */
  | { readonly op: 'search_accept' | 'search_cancel' }
  | { readonly op: 'copy_selection' }
  | { readonly op: 'copy_text'; readonly text: string }
  /** Without an address, the link under the cursor of copy mode. */
  | { readonly op: 'open_link'; readonly url: string | undefined }
  | { readonly op: 'open_history'; readonly program: 'pager' | 'editor' }
  /** To the nearest prompt above or below. */
  | { readonly op: 'go_to_prompt'; readonly direction: 'up' | 'down' }

/** The operation; a text when something is wrong with it; undefined when it is none of these. */
export function parseTerminalOperation(value: LuaTable): TerminalOperation | string | undefined {
  const text = (field: string) => (typeof value[field] === 'string' ? value[field] : undefined)
  const op = text('op') ?? ''
  switch (op) {
    case 'copy_mode':
    case 'search_accept':
    case 'search_cancel':
    case 'copy_selection':
      return { op }
    case 'search':
      return { op: 'search', pattern: text('pattern'), backward: value.backward === true }
    case 'copy_text': {
      const copied = text('text')
      return copied === undefined ? 'copy_text needs "text"' : { op: 'copy_text', text: copied }
    }
    case 'open_link':
      return { op: 'open_link', url: text('url') }
    case 'open_history': {
      const program = text('program') ?? 'pager'
      if (program !== 'pager' && program !== 'editor') return 'open_history needs "program": "pager" or "editor"'
      return { op: 'open_history', program }
    }
    case 'go_to_prompt': {
      const direction = text('direction')
      if (direction !== 'up' && direction !== 'down') return 'go_to_prompt needs "direction": "up" or "down"'
      return { op: 'go_to_prompt', direction }
    }
    default:
      return undefined
  }
}
