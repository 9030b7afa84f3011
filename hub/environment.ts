/**
 * Variables that describe one terminal, one multiplexer or one botster session. An agent lives in a terminal of its own,
 * so that whatever it learned of its creator's would be wrong: a program would draw for kitty, or talk to a tmux that
 * is not around it.
 */
const TERMINAL_VARIABLES = new Set([
  'TERM',
  'TERMCAP',
  'TERMINFO',
  'TERMINFO_DIRS',
  'COLORTERM',
  'COLORFGBG',
  'COLUMNS',
  'LINES',
  'STY',
  'WINDOW',
  'WINDOWID',
  'WT_SESSION',
  'WT_PROFILE_ID',
  'CONEMUPID',
  'SHLVL',
  'OLDPWD',
  'PWD',
  '_',
  'NODE_CHANNEL_FD',
  'NODE_UNIQUE_ID',
  'BOTSTER_WORKTREE_PATH',
  'BOTSTER_AGENT_KEY',
  'BOTSTER_AGENT_ID',
  'BOTSTER_SESSION',
  'BOTSTER_HUB_ID',
  'BOTSTER_REPO',
  'BOTSTER_TICKET',
  'BOTSTER_SLUG',
  'BOTSTER_AGENT_TOKEN',
  'BOTSTER_MCP_URL',
  'PORT',
])

const TERMINAL_PREFIXES = [
  'TERM_', // TERM_PROGRAM, TERM_PROGRAM_VERSION, TERM_SESSION_ID
  'TMUX',
  'VTE_',
  'KITTY_',
  'ITERM_',
  'LC_TERMINAL',
  'WEZTERM_',
  'ZELLIJ',
  'ALACRITTY_',
  'GHOSTTY_',
  'KONSOLE_',
  'GNOME_TERMINAL_',
  'TILIX_',
  'VSCODE_',
  'NVIM', // a program that finds NVIM set believes it runs inside that editor
]

/** What is left of an environment once everything that describes its terminal is taken out. */
export function terminalNeutral(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const neutral: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && isPortable(name, value)) neutral[name] = value
  }
  return neutral
}

function isPortable(name: string, value: string): boolean {
  if (name === '' || name.includes('=') || name.includes('\0') || value.includes('\0')) return false // execve refuses
  if (/^PORT_\d+$/.test(name)) return false // another agent's block
  return !TERMINAL_VARIABLES.has(name) && !TERMINAL_PREFIXES.some((prefix) => name.startsWith(prefix))
}
