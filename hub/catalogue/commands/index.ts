/**
 * Every command of the hub: the one place where they are described. docs/lua/commands.md is generated from it, and tests
 * hold it against what a hub really answers to.
 */
import { AGENT_COMMANDS, TERMINAL_COMMANDS } from './agents.ts'
import type { DescribedCommand } from './described.ts'
import { FILE_COMMANDS } from './files.ts'
import { DEVICE_COMMANDS, EXTENSION_COMMANDS, HUB_COMMANDS, MESSAGE_COMMANDS, TRUST_COMMANDS } from './hub.ts'

export type { DescribedCommand } from './described.ts'

/** In the order in which they are documented. */
export const COMMANDS: readonly { readonly title: string; readonly commands: readonly DescribedCommand[] }[] = [
  { title: 'Agents and worktrees', commands: AGENT_COMMANDS },
  { title: 'Sessions and terminals', commands: TERMINAL_COMMANDS },
  { title: 'Messages and questions', commands: MESSAGE_COMMANDS },
  { title: 'Plugins, templates, tools', commands: EXTENSION_COMMANDS },
  { title: 'Files', commands: FILE_COMMANDS },
  { title: 'Devices', commands: DEVICE_COMMANDS },
  { title: 'The repository’s own configuration', commands: TRUST_COMMANDS },
  { title: 'The hub', commands: HUB_COMMANDS },
]
