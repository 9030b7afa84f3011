import { expect, test } from 'vitest'
import { terminalNeutral } from '../../hub/environment.ts'

test('An agent keeps the PATH, keys and language of its creator, and nothing of the creator’s terminal', () => {
  const kept = {
    PATH: '/bin',
    HOME: '/h',
    ANTHROPIC_API_KEY: 'k',
    LANG: 'de_DE.UTF-8',
    SSH_AUTH_SOCK: '/s',
    EMPTY: '',
    BOTSTER_CONFIG_DIR: '/c',
    TERMINATOR: 'no terminal variable',
    XDG_RUNTIME_DIR: '/run',
  }
  const terminal = {
    TERM: 'xterm-kitty',
    TERM_PROGRAM: 'iTerm',
    COLORTERM: 'truecolor',
    TMUX: '/tmp/t,1,0',
    TMUX_PANE: '%1',
    STY: '1',
    COLUMNS: '80',
    LINES: '24',
    VTE_VERSION: '1',
    KITTY_WINDOW_ID: '1',
    ITERM_SESSION_ID: '1',
    WEZTERM_PANE: '1',
    ZELLIJ: '0',
    ZELLIJ_SESSION_NAME: 'x',
    BOTSTER_AGENT_KEY: 'k',
    BOTSTER_WORKTREE_PATH: '/w',
    BOTSTER_HUB_ID: 'h',
  }
  expect(terminalNeutral({ ...kept, ...terminal })).toEqual(kept)
})

test('What no program could be started with is left out', () => {
  expect(terminalNeutral({ '': 'x', 'A=B': 'x', C: 'nul\0', D: undefined, E: 'ok' })).toEqual({ E: 'ok' })
})
