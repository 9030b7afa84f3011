import type { LuaTable } from '../../lua/vm/index.ts'
import type { Panel } from '../data/panel.ts'

/** What Lua is told of what is done with a terminal's text: `copy_mode`, `search` and `selecting`, absent without. */
export function describeReader({ reader, scrollback }: Panel): LuaTable {
  const { place, selection, search } = reader
  const described: LuaTable = {}
  if (selection !== undefined) described.selecting = selection.kind
  if (place !== undefined) {
    described.copy_mode = { lines_up: scrollback.end - 1 - place.line, column: place.column }
  }
  if (search.active || reader.prompting) {
    const index = search.currentIndex
    described.search = {
      pattern: search.pattern,
      backward: search.backward,
      count: search.matches.count,
      complete: search.complete,
      current: index === undefined ? undefined : index + 1,
      error: search.error,
    }
  }
  return described
}
