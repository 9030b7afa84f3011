import { describe, expect, it } from 'vitest'
import { expectGolden, SIZES, screenOf } from './golden.ts'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

const sessions = (id: string, ...names: string[]) => {
  return names.map((name) => ({ name, session_id: `${id}/${name}`, port: name === 'web' ? 8080 : undefined }))
}

const AGENTS = [
  agent('fix-login', { profile_name: 'backend', sessions: sessions('fix-login', 'agent', 'web') }),
  agent('dark-mode', { profile_name: 'frontend', notification: true }),
  agent('flaky-test', { status: 'exited' }),
]

const COMMANDS = [{ type: 'greet', description: 'Says hello to everybody' }]

/** Every mode and overlay: how to get there. */
const SCREENS: Readonly<Record<string, (tui: KeysUnderTest) => void>> = {
  insert: () => {},
  normal: (tui) => tui.hub({ type: 'agent_list', agents: [] }),
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

describe.each(SIZES)('at %d×%d', (cols, rows) => {
  it.each(Object.entries(SCREENS))('%s looks as it did', async (name, go) => {
    using tui = await startKeys({ cols, rows, files: FILES })
    tui.hub({ type: 'result', command: 'list_commands', value: { commands: COMMANDS } })
    tui.hub({ type: 'agent_list', agents: AGENTS })
    go(tui)
    tui.ui.flush()
    expect(tui.lua.problems).toEqual([])
    expectGolden(`${name}@${cols}x${rows}`, await screenOf(tui, cols, rows))
  })
})
