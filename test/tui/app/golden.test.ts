import { describe, expect, it } from 'vitest'
import { problemTitle } from '../../../tui/ui-lua/problem.ts'
import { expectGolden, SIZES, screenOf } from './golden.ts'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

const sessions = (id: string, ...names: string[]) => {
  return names.map((name) => ({ name, session_id: `${id}/${name}`, port: name === 'web' ? 8080 : undefined }))
}

const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60

const AGENTS = [
  agent('fix-login', {
    profile_name: 'backend',
    sessions: sessions('fix-login', 'agent', 'web'),
    state: 'working',
    state_since: minutesAgo(3),
    git: { dirty: true, ahead: 2, behind: 0 },
  }),
  agent('dark-mode', {
    profile_name: 'frontend',
    notification: true,
    state: 'waiting',
    state_since: minutesAgo(12),
    state_question: 'Run npm install?',
  }),
  agent('a11y', { profile_name: 'frontend', state: 'done', state_since: minutesAgo(61) }),
  agent('new-cache', { profile_name: 'backend', status: 'creating_worktree', sessions: [] }),
  agent('flaky-test', { profile_name: 'backend', status: 'exited' }),
]

const COMMANDS = [{ type: 'greet', description: 'Says hello to everybody' }]

/** Every mode and overlay: how to get there. */
const SCREENS: Readonly<Record<string, (tui: KeysUnderTest) => void>> = {
  insert: () => {},
  normal: (tui) => tui.press('f2'),
  'by-state': (tui) => tui.press('f2', 'g', 's'),
  filter: (tui) => {
    tui.press('f2', '/')
    tui.type('done')
  },
  'no-agents': (tui) => tui.hub({ type: 'agent_list', agents: [] }),
  tour: (tui) => {
    tui.hub({ type: 'agent_list', agents: [] })
    tui.press('t', 'enter', 'enter', 'enter')
  },
  'choose-theme': (tui) => {
    tui.press('ctrl+p')
    tui.type('theme')
    tui.press('enter', 'down', 'down')
  },
  toast: (tui) => {
    tui.focus(true)
    tui.hub({ type: 'pty_notification', agent_id: 'dark-mode', source: 'osc9', message: 'I need your permission' })
  },
  palette: (tui) => tui.press('ctrl+p'),
  'palette-filtered': (tui) => {
    tui.press('ctrl+p')
    tui.type('scro')
  },
  'palette-arguments': (tui) => {
    tui.press('ctrl+p')
    tui.type('greet')
    tui.press('tab')
  },
  help: (tui) => tui.press('f1'),
  'help-of-copy-mode': (tui) => tui.press('alt+y', 'f1'),
  hints: (tui) => tui.press('ctrl+x'),
  split: (tui) => tui.press('alt+\\', 'alt+-'),
  zoom: (tui) => tui.press('alt+z'),
  search: (tui) => tui.press('alt+/'),
  menu: (tui) => tui.press('f10'),
  'close-agent': (tui) => tui.press('f10', '2'),
  'rename-agent': (tui) => tui.press('f10', '3'),
  'add-session': (tui) => tui.press('f10', '4'),
  'remove-session': (tui) => tui.press('f10', '5'),
  error: (tui) => {
    tui.press('f10', '3', 'enter')
    tui.hub({ type: 'error', command: 'rename_agent', message: 'an agent is called dark-mode already' })
  },
}

const FILES = {
  'x.lua': `
    botster.keymap.set('insert', 'ctrl+x g', 'next_agent')
    botster.keymap.set('insert', 'ctrl+x d', 'detach')`,
}

const NEW_AGENT: typeof SCREENS = {
  'new-agent-place': (tui) => tui.press('f2', 'n'),
  'new-agent-branch': (tui) => tui.press('f2', 'n', 'enter'),
  'new-agent-prompt': (tui) => {
    tui.press('f2', 'n', 'enter')
    tui.type('fix/login')
    tui.press('enter')
    tui.type('claude')
    tui.press('enter')
    tui.type('Mend the login.')
    tui.press('shift+enter')
    tui.type('Then run the tests.')
  },
  'new-agent-failed': (tui) => {
    tui.press('f2', 'n', 'enter', 'enter', 'enter', 'enter')
    tui.hub({ type: 'error', command: 'create_agent', message: 'fix/login is checked out elsewhere' })
  },
  'new-agent-progress': (tui) => tui.press('ctrl+j'),
  'error-panel': (tui) => {
    const label = '~/.botster/lua/ui/layout.lua'
    tui.notices.addPanel(problemTitle({ file: label, line: 12 }), `${label}:12: attempt to index a nil value`, label)
  },
}

describe.each(SIZES)('at %d×%d', (cols, rows) => {
  it.each(Object.entries({ ...SCREENS, ...NEW_AGENT }))('%s looks as it did', async (name, go) => {
    using tui = await startKeys({ cols, rows, files: FILES })
    tui.hub({ type: 'result', command: 'list_commands', value: { commands: COMMANDS } })
    tui.hub({ type: 'agent_list', agents: AGENTS })
    go(tui)
    tui.ui.flush()
    expect(tui.lua.problems).toEqual([])
    expectGolden(`${name}@${cols}x${rows}`, await screenOf(tui, cols, rows))
  })
})

describe.each([
  [20, 5],
  [40, 10],
  [500, 200],
])('at %d×%d', (cols, rows) => {
  it('every screen is drawn, and what it is about is seen', async () => {
    for (const [name, go] of Object.entries({ ...SCREENS, ...NEW_AGENT })) {
      using tui = await startKeys({ cols, rows, files: FILES })
      tui.hub({ type: 'agent_list', agents: AGENTS })
      go(tui)
      tui.ui.flush()
      expect([name, tui.lua.problems]).toEqual([name, []])
      const screen = await screenOf(tui, cols, rows)
      expect(`${name}:${screen}`).toMatch(/\w{3}/)
      if (rows > 5) continue
      expectGolden(`${name}@${cols}x${rows}`, screen)
    }
  })
})
