import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
})
afterEach(() => tui[Symbol.dispose]())

const withAgents = (...ids: string[]) => tui.hub({ type: 'agent_list', agents: ids.map((id) => agent(id)) })

/** The titles of the terminals that are drawn, in order, and which of them is the selected agent's. */
const terminals = () => {
  const titles = [...tui.text().matchAll(/^ (\S+) \[AGENT\](?: \[ZOOM\])? $/gm)].map(([, name]) => name)
  return `${titles.join(' ')} < ${tui.agents.selected?.agent.id}`
}

describe('splits', () => {
  it('show the next agent beside or below, up to four, and say what stands in the way', () => {
    withAgents('a', 'b', 'c', 'd', 'e')
    tui.press('alt+\\')
    expect(terminals()).toBe('a b < b')
    tui.press('alt+-')
    expect(terminals()).toBe('a b c < c')
    tui.press('alt+o', 'alt+\\')
    expect(terminals()).toBe('a d b c < d')
    tui.press('alt+-')
    expect(terminals()).toBe('a d b c < d')
    expect(tui.notices.list.at(-1)?.message).toContain('More than 4')
  })

  it('clear the mark of the agent that gets the focus, by keys and by a click', () => {
    tui.lua.load({ 'click.lua': "botster.keymap.set('insert', 'g', 'terminal_clicked')" })
    const marked = ['a', 'b'].map((id) => agent(id, { notification: true }))
    tui.hub({ type: 'agent_list', agents: marked })
    const cleared = (key: string) => {
      tui.sent.length = 0
      tui.press(key)
      return tui.sent.filter(({ type }) => type === 'clear_notification').map(({ agent_id }) => agent_id)
    }
    expect(['alt+\\', 'alt+o', 'ctrl+alt+right', 'g'].map(cleared)).toEqual([['b'], ['a'], ['b'], ['b']])
    tui.hub({ type: 'agent_list', agents: [agent('a'), agent('b')] })
    expect(['alt+o', 'g'].map(cleared)).toEqual([[], []])
  })

  it('leave the focused terminal alone on a tiny screen, and come back on a larger one', () => {
    withAgents('a', 'b', 'c')
    tui.press('alt+\\', 'alt+-')
    tui.resize(20, 5)
    expect(terminals()).toBe('c < c')
    tui.press('alt+o')
    expect(terminals()).toBe('a < a')
    tui.resize(100, 40)
    expect(terminals()).toBe('a b c < a')
  })

  it('need another agent, or another session of this one', () => {
    withAgents('a')
    tui.press('alt+\\')
    expect(terminals()).toBe('a < a')
    expect(tui.notices.list.at(-1)?.message).toContain('Every agent is shown already')
    const sessions = ['agent', 'web'].map((name) => ({ name, session_id: `a/${name}` }))
    tui.hub({ type: 'agent_list', agents: [agent('a', { sessions })] })
    tui.press('alt+\\')
    expect(tui.text()).toMatch(/a \[AGENT.*\n(.*\n)*.*a \[WEB/)
    expect(tui.agents.selected?.session?.name).toBe('web')
  })

  it('pass the focus on by keys, round or by direction', () => {
    withAgents('a', 'b', 'c')
    tui.press('alt+\\', 'alt+-')
    const focus = (key: string) => {
      tui.press(key)
      return tui.agents.selected?.agent.id
    }
    expect(['alt+o', 'alt+o', 'alt+o'].map(focus)).toEqual(['a', 'b', 'c'])
    expect(['ctrl+alt+up', 'ctrl+alt+right', 'ctrl+alt+right'].map(focus)).toEqual(['a', 'b', 'b'])
    expect(['ctrl+alt+left', 'ctrl+alt+down', 'ctrl+alt+up'].map(focus)).toEqual(['a', 'c', 'a'])
  })

  it('show the agent that is chosen in the focused pane, or go where it is shown', () => {
    withAgents('a', 'b', 'c')
    tui.press('alt+\\')
    expect(terminals()).toBe('a b < b')
    tui.press('ctrl+j')
    expect(terminals()).toBe('a c < c')
    tui.press('ctrl+j')
    expect(terminals()).toBe('a c < a')
    tui.press('ctrl+j')
    expect(terminals()).toBe('b c < b')
  })

  it('close with their agents going on, and when their agents are gone', () => {
    withAgents('a', 'b', 'c')
    tui.press('alt+\\', 'alt+\\')
    expect(terminals()).toBe('a b c < c')
    tui.press('alt+0')
    expect(terminals()).toBe('a b < b')
    expect(tui.agents.list).toHaveLength(3)
    withAgents('b', 'c')
    expect(terminals()).toBe('b < b')
    tui.press('alt+0')
    expect(tui.notices.list.at(-1)?.message).toContain('only one terminal')
  })

  it('say how to have another one where there is only one', () => {
    withAgents('a', 'b')
    tui.press('alt+o')
    expect(tui.notices.list.at(-1)?.message).toBe('There is only one terminal. alt+\\ shows another one beside it.')
  })

  it('stay through a reload of the layout', () => {
    withAgents('a', 'b')
    tui.press('alt+\\')
    tui.lua.load({ 'x.lua': 'botster.g.loaded = true' })
    tui.ui.invalidate()
    tui.ui.flush()
    expect(terminals()).toBe('a b < b')
    tui.press('alt+o')
    expect(terminals()).toBe('a b < a')
  })
})

describe('zoom', () => {
  it('shows the focused terminal alone and brings everything back', () => {
    withAgents('a', 'b')
    tui.press('alt+\\', 'alt+z')
    expect(tui.text()).not.toContain('Agents (2)')
    expect(terminals()).toBe('b < b')
    tui.press('alt+z')
    expect(tui.text()).toContain('Agents (2)')
    expect(terminals()).toBe('a b < b')
  })

  it('does not hide that there is no agent', () => {
    withAgents()
    tui.press('alt+z')
    expect(tui.text()).toContain('No agents yet.')
  })
})
