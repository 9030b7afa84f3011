/**
 * Every hook and event of the hub: the one place where they are described. docs/lua/hooks.md is generated from it, and a
 * test holds it against what the shipped Lua and TypeScript really call and emit.
 */
import { AGENT_OBSERVERS } from './agents.ts'
import { CLIENT_OBSERVERS, HUB_OBSERVERS } from './clients.ts'
import type { DescribedHook } from './described.ts'
import { EVENTS, INTERNAL_EVENTS } from './events.ts'
import { INTERCEPTORS } from './interceptors.ts'
import { TERMINAL_HOOKS } from './terminals.ts'

export type { DescribedArgument, DescribedHook } from './described.ts'

/** In the order in which they are documented. */
export const CATALOGUE: readonly { readonly title: string; readonly hooks: readonly DescribedHook[] }[] = [
  { title: 'Interceptors', hooks: INTERCEPTORS },
  { title: 'Agents', hooks: AGENT_OBSERVERS },
  { title: 'Terminals', hooks: TERMINAL_HOOKS },
  { title: 'Clients', hooks: CLIENT_OBSERVERS },
  { title: 'The hub', hooks: HUB_OBSERVERS },
  { title: 'Events', hooks: EVENTS },
  { title: 'Events between botster’s own files', hooks: INTERNAL_EVENTS },
]
