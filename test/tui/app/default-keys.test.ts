import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
})
afterEach(() => tui[Symbol.dispose]())

const withAgents = (...ids: string[]) => tui.hub({ type: 'agent_list', agents: ids.map((id) => agent(id)) })
const sentTypes = () => tui.sent.map(({ type }) => type)

describe('without agents', () => {
  it('says what to do next', () => {
    withAgents()
    expect(tui.text()).toContain('No agents yet.')
    expect(tui.text()).toContain('ctrl+p')
    expect(tui.ui.mode).toBe('normal')
  })

  it('does not let next and previous agent fail', () => {
    expect(tui.press('ctrl+j', 'ctrl+k', 'ctrl+]')).toEqual([true, true, true])
    expect(tui.notices.list).toEqual([])
  })
})

describe('moving between agents', () => {
  it('shows the first agent as soon as there is one, ready for typing', () => {
    withAgents('one', 'two')
    expect(tui.agents.selected?.agent.id).toBe('one')
    expect(tui.ui.mode).toBe('insert')
    expect(tui.text()).toContain(' one [AGENT] ')
  })

  it('goes round with ctrl+j and ctrl+k', () => {
    withAgents('one', 'two', 'three')
    const seen = ['ctrl+j', 'ctrl+j', 'ctrl+j', 'ctrl+k'].map((key) => {
      tui.press(key)
      return tui.agents.selected?.agent.id
    })
    expect(seen).toEqual(['two', 'three', 'one', 'three'])
  })

  it('keeps the agent that is looked at when the list changes around it', () => {
    withAgents('one', 'two', 'three')
    tui.press('ctrl+j')
    withAgents('zero', 'one', 'two', 'three')
    expect(tui.agents.selected?.agent.id).toBe('two')
    tui.press('ctrl+j')
    expect(tui.agents.selected?.agent.id).toBe('three')
  })

  it('moves to the neighbour when the agent that is looked at is deleted', () => {
    withAgents('one', 'two', 'three')
    tui.press('ctrl+j')
    withAgents('one', 'three')
    expect(tui.agents.selected?.agent.id).toBe('three')
    withAgents()
    expect(tui.ui.mode).toBe('normal')
    expect(tui.text()).toContain('No agents yet.')
  })

  it('goes to the next session of the agent with ctrl+], and comes back to it later', () => {
    const sessions = ['agent', 'server'].map((name) => ({ name, session_id: `one/${name}` }))
    tui.hub({ type: 'agent_list', agents: [agent('one', { sessions }), agent('two')] })
    expect(tui.text()).toContain('one [AGENT | Ctrl+]: next]')
    tui.press('ctrl+]')
    expect(tui.agents.selected?.session?.sessionId).toBe('one/server')
    tui.press('ctrl+j', 'ctrl+k')
    expect(tui.agents.selected?.session?.sessionId).toBe('one/server')
    tui.press('ctrl+]')
    expect(tui.agents.selected?.session?.sessionId).toBe('one/agent')
  })

  it('clears the mark of an agent by looking at it', () => {
    tui.hub({ type: 'agent_list', agents: [agent('one'), agent('two', { notification: true })] })
    expect(tui.text()).toContain('● two')
    tui.press('ctrl+j')
    expect(tui.sent).toContainEqual({ type: 'clear_notification', agent_id: 'two' })
  })
})

describe('typing', () => {
  it('leaves every other key to the program in insert mode', () => {
    withAgents('one')
    expect(tui.press('a', 'enter', 'escape', 'ctrl+c', 'up', 'f5', '')).toEqual(Array(7).fill(false))
  })
})

describe('the menu', () => {
  it('opens with f10 and closes with escape, back to typing', () => {
    withAgents('one')
    tui.press('f10')
    expect(tui.ui.mode).toBe('menu')
    expect(tui.overlay()).toContain('New agent')
    tui.press('escape')
    expect(tui.ui.mode).toBe('insert')
    expect(tui.ui.hasOverlay).toBe(false)
  })

  it('takes all keys while it is up', () => {
    withAgents('one')
    tui.press('f10')
    expect(tui.press('x', 'tab')).toEqual([false, false])
    expect(tui.ui.hasOverlay).toBe(true)
  })

  it('runs what a digit names, and nothing for a digit that names nothing', () => {
    withAgents('one')
    tui.press('f10', '9')
    expect(tui.ui.mode).toBe('menu')
    tui.press('2')
    expect(tui.ui.mode).toBe('close_agent_confirm')
  })

  it('goes round with the arrows', () => {
    tui.press('f10', 'up', 'enter')
    expect(tui.quits()).toBe(1) // the last item is Detach
  })
})

describe('a new agent', () => {
  it('asks for branch, command and prompt, and tells the hub', () => {
    tui.press('f10', 'enter')
    expect(tui.ui.mode).toBe('new_agent_select_worktree')
    tui.press('enter')
    tui.type('fix/login é')
    tui.press('backspace', 'backspace', 'enter')
    tui.type('claude --fast')
    tui.press('enter')
    tui.type('two')
    tui.press('shift+enter')
    tui.type('lines')
    tui.press('enter')
    expect(tui.ui.mode).toBe('normal')
    expect(tui.sent.at(-1)).toEqual({
      type: 'create_agent',
      branch: 'fix/login',
      command: 'claude --fast',
      prompt: 'two\nlines',
      rows: expect.any(Number),
      cols: expect.any(Number),
      request_id: expect.any(Number),
    })
  })

  it('sends neither command nor prompt when they are left empty', () => {
    tui.press('n', 'enter', 'x', 'enter', 'enter', 'enter')
    expect(Object.keys(tui.sent.at(-1)!).sort()).toEqual(['branch', 'cols', 'request_id', 'rows', 'type'])
  })

  it('can do without a worktree', () => {
    tui.press('n', 'down', 'enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ type: 'create_agent', worktree: false })
  })

  it('can go into a worktree that exists', () => {
    tui.hub({ type: 'worktree_list', worktrees: [{ branch: 'old', path: '/tmp/old' }] })
    tui.press('n', 'down', 'down', 'enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ type: 'create_agent', from_worktree: '/tmp/old' })
  })

  it('asks for a profile when there are several', () => {
    tui.hub({ type: 'profiles', profiles: ['backend', 'frontend'] })
    tui.press('n', 'down', 'enter', 'enter', 'x', 'enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ type: 'create_agent', profile_name: 'frontend', branch: 'x' })
  })

  it('refuses a branch name with spaces before it leaves', () => {
    tui.press('n', 'enter')
    tui.type('a b')
    tui.press('enter')
    expect(tui.ui.mode).toBe('new_agent_create_worktree')
    expect(tui.overlay()).toContain('has no spaces')
  })

  it('is shown as soon as the hub makes it, but not when somebody else asked for it', () => {
    withAgents('one')
    withAgents('one', 'theirs')
    expect(tui.agents.selected?.agent.id).toBe('one')
    tui.press('f10', 'enter', 'enter', 'm', 'i', 'n', 'e', 'enter', 'enter', 'enter')
    withAgents('one', 'theirs', 'other')
    expect(tui.agents.selected?.agent.id).toBe('one')
    tui.hub({ type: 'agent_list', agents: ['one', 'theirs', 'other', 'mine'].map((id) => agent(id, { sessions: [] })) })
    expect(tui.agents.selected?.agent.id).toBe('mine')
    tui.press('ctrl+k')
    withAgents('one', 'theirs', 'other', 'mine')
    expect(tui.agents.selected?.agent.id).toBe('other')
  })

  it('shows in an overlay why the hub refused', () => {
    tui.press('n', 'enter', 'x', 'enter', 'enter', 'enter')
    tui.hub({ type: 'error', message: 'the branch x is checked out elsewhere' })
    expect(tui.overlay()).toContain('the branch x is checked out elsewhere')
    tui.press('escape')
    expect(tui.ui.hasOverlay).toBe(false)
  })
})

describe('sessions of an agent', () => {
  const sessions = (...names: string[]) => names.map((name) => ({ name, session_id: `one/${name}` }))

  it('can be added, and the new one is looked at as soon as the list has it', () => {
    withAgents('one')
    tui.press('f10', '4')
    tui.hub({ type: 'session_types', session_types: [{ name: 'shell', description: 'An interactive shell' }] })
    expect(tui.overlay()).toContain('An interactive shell')
    tui.press('enter')
    expect(tui.sent.at(-1)).toEqual({ type: 'add_session', agent: 'one', session_type: 'shell' })
    const value = agent('one', { sessions: sessions('agent', 'shell') })
    tui.hub({ type: 'result', command: 'add_session', value })
    tui.hub({ type: 'agent_list', agents: [value] })
    expect(tui.agents.selected?.session?.name).toBe('shell')
  })

  it('can be removed, but not the first', () => {
    tui.hub({ type: 'agent_list', agents: [agent('one', { sessions: sessions('agent', 'shell') })] })
    tui.press('f10', '5')
    expect(tui.overlay()).not.toContain('agent')
    tui.press('enter')
    expect(tui.sent.at(-1)).toEqual({ type: 'remove_session', agent: 'one', name: 'shell' })
  })
})

describe('renaming an agent', () => {
  it('begins with the name it has', () => {
    withAgents('one')
    tui.press('f10', '3')
    tui.type('!')
    tui.press('enter')
    expect(tui.sent.at(-1)).toEqual({ type: 'rename_agent', agent: 'one', name: 'one!' })
  })
})

describe('closing an agent', () => {
  const ask = () => {
    withAgents('one')
    tui.press('f10', '2')
  }

  it('asks first, and keeps the agent on n and escape', () => {
    for (const key of ['n', 'escape', 'q']) {
      ask()
      expect(tui.overlay()).toContain('Close one?')
      tui.press(key)
      expect(tui.ui.mode).toBe('insert')
    }
    expect(sentTypes()).not.toContain('delete_agent')
  })

  it.each([
    ['y', false],
    ['enter', false],
    ['d', true],
  ])('closes it on %s (deleting the worktree: %s)', (key, delete_worktree) => {
    ask()
    tui.press(key)
    expect(tui.sent.at(-1)).toEqual({ type: 'delete_agent', agent_id: 'one', delete_worktree })
  })

  it('says what to do where work would be lost', () => {
    ask()
    tui.press('d')
    const message = '/trees/one has uncommitted work: a.txt'
    tui.hub({ type: 'error', command: 'delete_agent', kind: 'uncommitted_work', message })
    expect(tui.overlay()).toContain(message)
    expect(tui.overlay()).toMatch(
      /Nothing was ended.*\n.*commit it, keep the worktree \(y\).*kill repo-one --delete-worktree --force/,
    )
  })
})

describe('every mode', () => {
  it('leaves with escape, and lets the user detach', async () => {
    withAgents('one')
    for (const mode of [
      'menu',
      'palette',
      'palette_arguments',
      'help',
      'choose_theme',
      'filter_agents',
      'tour',
      'new_agent_select_profile',
      'new_agent_select_worktree',
      'new_agent_create_worktree',
      'new_agent_command',
      'new_agent_prompt',
      'rename_agent',
      'close_agent_confirm',
      'connection_code',
      'add_session_select_type',
      'remove_session_select',
      'error',
      'a mode of some plugin',
    ]) {
      tui.ui.setMode(mode)
      const before = tui.quits()
      tui.press('ctrl+q')
      expect([mode, tui.quits()]).toEqual([mode, before + 1])
      tui.ui.setMode(mode)
      tui.press('escape')
      expect([mode, tui.ui.mode]).toEqual([mode, 'insert'])
    }
  })
})

describe('notifications of programs', () => {
  it('become an alert of the outer terminal', () => {
    withAgents('one')
    tui.hub({ type: 'pty_notification', agent_id: 'one', title: 'Done', body: 'all tests pass' })
    expect(tui.written).toEqual(['\x1b]9;one: Done: all tests pass\x1b\\'])
  })

  it('are seen already when their agent is looked at', () => {
    withAgents('one', 'two')
    tui.focus(true)
    tui.hub({ type: 'pty_notification', agent_id: 'one', body: 'all tests pass' })
    expect(tui.sent.at(-1)).toEqual({ type: 'clear_notification', agent_id: 'one' })
    expect(tui.written).toEqual([])
  })

  it('are seen when the user comes back to the terminal', () => {
    tui.hub({ type: 'agent_list', agents: [agent('one', { notification: true })] })
    tui.focus(true)
    expect(tui.sent.at(-1)).toEqual({ type: 'clear_notification', agent_id: 'one' })
  })
})
