/** Programs whose lifecycle hooks are understood: lua/agents has what their events mean. */
export const HOOK_SOURCES = ['claude', 'codex', 'gemini', 'opencode', 'aider'] as const
export type HookSource = (typeof HOOK_SOURCES)[number]

const CLAUDE_EVENTS = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PermissionRequest',
  'Elicitation',
  'ElicitationResult',
  'Notification',
  'PreCompact',
  'PostCompact',
  'Stop',
  'StopFailure',
]
const CODEX_EVENTS = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PermissionRequest',
  'PreCompact',
  'PostCompact',
  'Stop',
]
const GEMINI_EVENTS = ['SessionStart', 'BeforeAgent', 'BeforeTool', 'AfterTool', 'Notification', 'AfterAgent']

/** What to put where, so that a program tells botster what it does. */
export function hookSetup(source: HookSource): string {
  switch (source) {
    case 'claude':
      return settings('~/.claude/settings.json', CLAUDE_EVENTS, 'botster hook claude')
    case 'gemini':
      return settings('~/.gemini/settings.json', GEMINI_EVENTS, 'botster hook gemini')
    case 'codex':
      return settings('~/.codex/hooks.json, which codex asks once to trust', CODEX_EVENTS, 'botster hook codex')
    case 'opencode':
      return `// as ~/.config/opencode/plugin/botster.js:
export const Botster = async ({ $ }) => ({
  event: async ({ event }) => {
    const json = JSON.stringify({ type: event.type, title: event.properties?.title })
    await $\`botster hook opencode \${json}\`.quiet().nothrow()
  },
})`
    case 'aider':
      return '# in ~/.aider.conf.yml:\nnotifications: true\nnotifications-command: botster hook aider notification'
  }
}

function settings(path: string, events: readonly string[], command: string): string {
  const entry = [{ hooks: [{ type: 'command', command }] }]
  const hooks = Object.fromEntries(events.map((event) => [event, entry]))
  return `// in ${path}:\n${JSON.stringify({ hooks }, null, 2)}`
}
