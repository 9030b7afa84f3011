import type { Panel } from '../data/panel.ts'
import { MOVES } from './moves.ts'

/** Carries out what a key does in a terminal's text. @returns false when it is no such action */
export function runReaderAction(panel: Panel | undefined, action: string): boolean {
  switch (action) {
    case 'select_char':
      panel?.reader.select('char')
      return true
    case 'select_line':
      panel?.reader.select('line')
      return true
    case 'select_block':
      panel?.reader.select('block')
      return true
    case 'select_other_end':
      panel?.reader.swapEnds()
      return true
    case 'select_clear':
      panel?.reader.clearSelection()
      return true
    case 'search_next':
      panel?.reader.searchStep(false)
      return true
    case 'search_previous':
      panel?.reader.searchStep(true)
      return true
    case 'search_up':
      panel?.reader.searchStep(!panel.reader.search.backward)
      return true
    case 'search_down':
      panel?.reader.searchStep(panel.reader.search.backward)
      return true
    default:
      return action.startsWith(MOVE) && moveIn(panel, action.slice(MOVE.length))
  }
}

const MOVE = 'copy_'

function moveIn(panel: Panel | undefined, name: string): boolean {
  return panel === undefined ? Object.hasOwn(MOVES, name) : panel.reader.move(name)
}
