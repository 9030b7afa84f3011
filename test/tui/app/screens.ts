import { expect } from 'vitest'
import { problemTitle } from '../../../tui/ui-lua/problem.ts'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

/** A screen that is looked at: how to get there. */
export interface ShownScreen {
  readonly go: (tui: KeysUnderTest) => void
  /** What the hub's first list holds. @default AGENTS */
  readonly agents?: readonly Record<string, unknown>[]
  /** Fields of `state`, in Lua, that only a terminal with something in it would give. */
  readonly state?: string
}

/** A user's file: keys in sequences, for the hints. */
const FILES = {
  'x.lua': `
    botster.keymap.timeout_ms = 3600000 -- however long a test looks
    botster.keymap.set('insert', 'ctrl+x g', 'next_agent')
    botster.keymap.set('insert', 'ctrl+x d', 'detach')`,
}

const COMMANDS = [{ type: 'greet', description: 'Says hello to everybody' }]

const sessions = (id: string, ...names: string[]) => {
  return names.map((name) => ({ name, session_id: `${id}/${name}`, port: name === 'web' ? 8080 : undefined }))
}

/** Seconds since the epoch. */
const now = () => Math.floor(Date.now() / 1000)
const LOADED_AT = now()
const minutesAgo = (minutes: number) => LOADED_AT - minutes * 60
/** The same agents at the moment: on a busy machine a minute passes between the first screen and the last. */
const asOfNow = (agents: readonly Record<string, unknown>[]) =>
  agents.map((fields) => {
    const { state_since } = fields
    return typeof state_since === 'number' ? { ...fields, state_since: state_since + now() - LOADED_AT } : fields
  })

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

const ENDED = [
  agent('fix-login', {
    status: 'exited',
    state: 'failed',
    state_since: minutesAgo(2),
    sessions: [{ name: 'agent', session_id: 'fix-login/agent', exited: true, exit_code: 3 }],
  }),
  agent('dark-mode'),
]

const LOST = ['fix-login', 'dark-mode'].map((id) => agent(id, { status: 'lost' }))

const FILES_OF_THE_REPOSITORY = [
  { path: 'shared/plugins/deploy/init.lua', size: 310, mode: '100644', change: 'added' },
  { path: 'shared/sessions/agent/initialization', size: 88, mode: '100755', change: 'changed' },
  { path: 'shared/workspace_include', size: 24, mode: '100644' },
  { path: 'shared/workspace_teardown', size: 61, mode: '100755', change: 'removed' },
]

const changed = { state: 'changed', grade: 'content', files: 4, hash: 'abc', root: '/src/app/.botster' }
const trusted = { ...changed, state: 'trusted' }
const untrusted = { state: 'untrusted', files: 3, hash: 'abc' }

/** A user's file: `render(state)` with these fields. */
const withState = (fields: string) => ({
  'state.lua': `
    for _, name in ipairs({ 'render', 'render_overlay' }) do
      local shipped = _G[name]
      _G[name] = function(state)
        for key, value in pairs(${fields}) do
          state[key] = value
        end
        return shipped(state)
      end
    end`,
})

const FAILED = [
  agent('fix-login', {
    status: 'failed',
    sessions: [],
    error: "branch 'fix-login' is checked out in another worktree",
    worktree_path: '/home/me/worktrees/app-fix-login',
  }),
]

const WORKTREES = [
  { path: '/src/app', branch: 'main', is_main: true },
  { path: '/home/me/worktrees/app-a-branch-with-quite-a-long-name', branch: 'a-branch-with-quite-a-long-name' },
  { path: '/home/me/worktrees/app-tidy-up', branch: 'tidy-up' },
]

const MATCHES = "search = { pattern = 'error', count = 120, current = 3, complete = true, backward = true }"

const QR = ['█▀▀▀█ ▄ █', '█   █ ▀▄ ', '▀▀▀▀▀ █ ▀']

const runFromPalette = (tui: KeysUnderTest, words: string) => {
  tui.press('ctrl+p')
  tui.type(words)
  tui.press('enter')
}

const review = (tui: KeysUnderTest, repository: Record<string, unknown>, more: Record<string, unknown> = {}) => {
  tui.hub({ type: 'repository', repository, ask: true })
  const files = FILES_OF_THE_REPOSITORY.map(({ change, ...file }) =>
    repository === changed ? { ...file, change } : file,
  )
  tui.hub({ type: 'repository_review', repository, files, ...more })
}

/** A way without anything beside it. */
const by = (go: (tui: KeysUnderTest) => void): ShownScreen => ({ go })
const pressing = (...keys: string[]) => by((tui) => tui.press(...keys))

/** Every mode and overlay, by name: golden.test.ts compares each with what it looked like. */
export const SCREENS: Readonly<Record<string, ShownScreen>> = {
  insert: by(() => {}),
  locked: pressing('f9'),
  normal: pressing('f2'),
  'by-state': pressing('f2', 'g', 's'),
  filter: by((tui) => {
    tui.press('f2', '/')
    tui.type('done')
  }),
  'no-agents': by((tui) => tui.hub({ type: 'agent_list', agents: [] })),
  tour: by((tui) => {
    tui.hub({ type: 'agent_list', agents: [] })
    tui.press('t', 'enter', 'enter', 'enter')
  }),
  'choose-theme': by((tui) => {
    runFromPalette(tui, 'theme')
    tui.press('down', 'down')
  }),
  toast: by((tui) => {
    tui.focus(true)
    tui.hub({ type: 'pty_notification', agent_id: 'dark-mode', source: 'osc9', message: 'I need your permission' })
  }),
  palette: pressing('ctrl+p'),
  'palette-filtered': by((tui) => {
    tui.press('ctrl+p')
    tui.type('scro')
  }),
  'palette-arguments': by((tui) => {
    tui.press('ctrl+p')
    tui.type('greet')
    tui.press('tab')
  }),
  help: pressing('f1'),
  'help-of-the-list': pressing('f2', '?'),
  'help-of-copy-mode': pressing('alt+y', 'f1'),
  'palette-nothing': by((tui) => {
    tui.press('ctrl+p')
    tui.type('qqq')
  }),
  hints: pressing('ctrl+x'),
  'hints-any-key': pressing('f4'),
  split: pressing('alt+\\', 'alt+-'),
  zoom: pressing('alt+z'),
  scrolled: { go: () => {}, state: '{ is_scrolled = true, scroll_offset = 120 }' },
  copy: { go: (tui) => tui.press('alt+y'), state: '{ copy_mode = true }' },
  'copy-selecting': { go: (tui) => tui.press('alt+y'), state: "{ copy_mode = true, selecting = 'line' }" },
  'copy-matches': { go: (tui) => tui.press('alt+y'), state: `{ copy_mode = true, ${MATCHES} }` },
  search: pressing('alt+/'),
  'search-found': {
    go: (tui) => {
      tui.press('alt+/')
      tui.type('error')
    },
    state: `{ ${MATCHES} }`,
  },
  menu: pressing('f10'),
  'menu-full': by((tui) => {
    tui.hub({ type: 'repository', repository: untrusted })
    tui.hub({ type: 'question', question: { id: 'q3', agent_key: 'repo-a11y', text: 'Which colours?' } })
    tui.press('f2', 'm')
  }),
  'close-agent': pressing('f10', '2'),
  'rename-agent': pressing('f10', '3'),
  'add-session': pressing('f10', '4'),
  'remove-session': pressing('f10', '5'),
  error: by((tui) => {
    tui.press('f10', '3', 'enter')
    tui.hub({ type: 'error', command: 'rename_agent', message: 'an agent is called dark-mode already' })
  }),
  ended: { agents: ENDED, go: () => {} },
  'ended-help': { agents: ENDED, go: (tui) => tui.press('?') },
  failed: { agents: FAILED, go: () => {} },
  lost: { agents: LOST, go: (tui) => tui.press('escape') },
  'restore-agents': { agents: LOST, go: () => {} },
  'question-select': by((tui) => {
    const question = { id: 'q1', agent_key: 'repo-a11y', text: 'Which colours?', choices: ['Blue', 'Green'] }
    tui.hub({ type: 'question', question })
    runFromPalette(tui, 'answer a question')
  }),
  'question-answer': by((tui) => {
    tui.hub({ type: 'question', question: { id: 'q2', agent_key: 'repo-a11y', text: 'What shall it be called?' } })
    runFromPalette(tui, 'answer a question')
    tui.type('theme')
  }),
  'connection-code': by((tui) => {
    runFromPalette(tui, 'connect a device')
    tui.hub({ type: 'connection_code', url: 'https://example.org/pair#1234', qr_ascii: QR, used: false })
  }),
  'connection-code-used': by((tui) => {
    runFromPalette(tui, 'connect a device')
    tui.hub({ type: 'connection_code', url: 'https://example.org/pair#1234', qr_ascii: QR, used: true })
  }),
  trust: by((tui) => review(tui, untrusted)),
  'trust-given': by((tui) => {
    tui.hub({ type: 'repository', repository: trusted })
    runFromPalette(tui, 'repository configuration')
    review(tui, trusted)
  }),
  'trust-changed': by((tui) => review(tui, changed)),
  'trust-file': by((tui) => {
    review(tui, changed)
    for (let item = 0; item < 5; item++) tui.press('down')
    tui.press('enter')
    const path = FILES_OF_THE_REPOSITORY[1]!.path
    const lines = [
      { kind: 'same', text: '# Before the agent starts' },
      { kind: 'removed', text: 'npm ci' },
      { kind: 'added', text: 'npm ci --ignore-scripts' },
    ]
    review(tui, changed, { path, lines, more: 0 })
  }),
  'new-agent-profile': by((tui) => {
    tui.hub({ type: 'profiles', profiles: [{ name: 'backend' }, { name: 'frontend' }] })
    tui.press('f2', 'n')
  }),
  'new-agent-place': pressing('f2', 'n'),
  'new-agent-worktrees': by((tui) => {
    tui.press('f2', 'n')
    tui.hub({ type: 'worktree_list', worktrees: WORKTREES })
  }),
  'new-agent-branch': pressing('f2', 'n', 'enter'),
  'new-agent-command': pressing('f2', 'n', 'enter', 'enter'),
  'new-agent-prompt': by((tui) => {
    tui.press('f2', 'n', 'enter')
    tui.type('fix/login')
    tui.press('enter')
    tui.type('claude')
    tui.press('enter')
    tui.type('Mend the login.')
    tui.press('shift+enter')
    tui.type('Then run the tests.')
  }),
  'new-agent-failed': by((tui) => {
    tui.press('f2', 'n', 'enter', 'enter', 'enter', 'enter')
    tui.hub({ type: 'error', command: 'create_agent', message: 'fix/login is checked out elsewhere' })
  }),
  'new-agent-taken': by((tui) => {
    tui.press('f2', 'n', 'enter')
    tui.type('fix/login')
    tui.press('enter', 'enter', 'enter')
    const message =
      'branch fix/login is already checked out in /home/me/worktrees/app-fix-login, where app-fix-login works: ' +
      'work there too (reuse), or take fix/login-2, which starts from it (suffix)'
    tui.hub({ type: 'error', command: 'create_agent', kind: 'branch_in_use', message })
  }),
  'new-agent-progress': pressing('ctrl+j'),
  'error-panel': by((tui) => {
    const label = '~/.botster/lua/ui/layout.lua'
    tui.notices.addPanel(problemTitle({ file: label, line: 12 }), `${label}:12: attempt to index a nil value`, label)
  }),
}

/** Those in which every colour of a theme is seen: golden.test.ts keeps their colours too. */
export const COLOURED = ['insert', 'palette-filtered', 'trust-changed', 'trust-file', 'error', 'ended'] as const

/** Opens the UI and goes there. `files` are the user's besides. */
export async function openScreen(name: string, files: Record<string, string> = {}): Promise<KeysUnderTest> {
  const { go, agents = AGENTS, state } = SCREENS[name]!
  const own = state === undefined ? {} : withState(state)
  const tui = await startKeys({ cols: 80, rows: 24, files: { ...FILES, ...own, ...files } })
  tui.hub({ type: 'result', command: 'list_commands', value: { commands: COMMANDS } })
  tui.hub({ type: 'agent_list', agents: asOfNow(agents) })
  go(tui)
  tui.ui.flush()
  expect(tui.lua.problems).toEqual([])
  return tui
}
