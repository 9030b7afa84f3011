import type { Node } from './chrome/node.ts'
import type { Agents } from './stores/agents.ts'
import type { Operation } from './ui-lua/operations.ts'

/**
 * The layout when no Lua can draw one, not even the shipped: the selected terminal, and what is wrong in its title.
 */
export function fallbackTree(agents: Agents): Node {
  const selected = agents.selected
  const path = 'fallback: root'
  if (selected?.session === undefined) {
    return {
      type: 'paragraph',
      path,
      block: { borders: 'all', borderType: 'plain', title: [{ text: ' botster ' }] },
      lines: [[{ text: 'The layout failed. ctrl+q leaves; agents keep running.' }]],
      alignment: 'left',
      wrap: true,
    }
  }
  return {
    type: 'terminal',
    path,
    block: { borders: 'all', borderType: 'plain', title: [{ text: ` ${selected.agent.name} (the layout failed) ` }] },
    agentIndex: selected.agentIndex,
    ptyIndex: selected.ptyIndex,
  }
}

/** The keys that work when no Lua can say what a key does: leaving, switching, and back to the terminal. */
export function fallbackKey(key: string, agents: Agents): Operation[] | undefined {
  switch (key) {
    case 'ctrl+q':
      return [{ op: 'quit' }]
    case 'ctrl+j':
      return step(agents, 1)
    case 'ctrl+k':
      return step(agents, -1)
    default:
      return undefined
  }
}

function step(agents: Agents, by: number): Operation[] {
  const count = agents.list.length
  if (count === 0) return []
  const agentIndex = ((agents.selectedIndex ?? 0) + by + count) % count
  return [
    { op: 'focus_terminal', target: { agentIndex } },
    { op: 'set_mode', mode: 'insert', input: undefined },
  ]
}
