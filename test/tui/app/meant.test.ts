import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
  list(agent('one'), agent('two'))
})
afterEach(() => tui[Symbol.dispose]())

const list = (...agents: Record<string, unknown>[]) => tui.hub({ type: 'agent_list', agents })
const sessions = (id: string) =>
  ['agent', 'server', 'logs'].map((name) => ({ name, session_id: `${id}/${name}`, exited: false }))
const messages = () => tui.notices.list.map(({ message }) => message)
const choose = (words: string) => {
  tui.press('ctrl+p')
  tui.type(words)
  tui.press('enter')
}
/** Asks for an agent, looks at the first one meanwhile, and lets `open` open a dialog there before the new one comes. */
const openWhileOneComes = (open: () => void) => {
  tui.press('f2', 'n', 'enter', 'enter', 'enter', 'enter')
  open()
  list(agent('one', { sessions: sessions('one') }), agent('two'), agent('new', { sessions: sessions('new') }))
  expect(tui.agents.selected?.agent.id).toBe('new')
}

describe('a dialog about an agent, while another one comes to the front', () => {
  it('closes the agent that it asked about', () => {
    openWhileOneComes(() => tui.press('f2', 'x'))
    expect(tui.overlay()).toContain('Close one?')
    tui.press('y')
    expect(tui.sent.at(-1)).toEqual({ type: 'delete_agent', agent_id: 'one', delete_worktree: false })
  })

  it('renames the agent that it was opened for, and says which', () => {
    openWhileOneComes(() => tui.press('f2', 'r'))
    expect(tui.overlay()).toContain('New name (one):')
    tui.type('-b')
    tui.press('enter')
    expect(tui.sent.at(-1)).toEqual({ type: 'rename_agent', agent: 'one', name: 'one-b' })
  })

  it('adds a session to that agent', () => {
    openWhileOneComes(() => choose('add session'))
    expect(tui.overlay()).toContain('oneShell')
    tui.press('enter')
    expect(tui.sent.at(-1)).toMatchObject({ type: 'add_session', agent: 'one' })
  })

  it('removes one of the sessions of that agent', () => {
    list(agent('one', { sessions: sessions('one') }), agent('two'))
    openWhileOneComes(() => choose('remove session'))
    tui.press('down', 'enter')
    expect(tui.sent.at(-1)).toEqual({ type: 'remove_session', agent: 'one', name: 'logs' })
  })
})

describe('a dialog about an agent that is closed elsewhere meanwhile', () => {
  it.each([
    ['to close it', 'x', ['y']],
    ['to rename it', 'r', ['enter']],
  ])('%s does nothing to its neighbour', (_, opens, answer) => {
    tui.press('f2', opens)
    list(agent('two'))
    expect(tui.agents.selected?.agent.id).toBe('two')
    expect(tui.overlay()).toContain('gone already')
    const before = tui.sent.length
    tui.press(...answer)
    expect(tui.sent.slice(before)).toEqual([])
    expect(messages()).toEqual(['That agent is gone already.'])
    expect(tui.ui.hasOverlay).toBe(false)
  })
})
