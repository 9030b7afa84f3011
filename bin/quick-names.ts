/** Commands that scripts, hooks and completion call again and again: they are in a bundle of their own. */
export const QUICK_VERBS = [
  'list',
  'status',
  'send',
  'wait',
  'screen',
  'logs',
  'explain',
  'inbox',
  'ports',
  'events',
  'hook',
] as const
export type QuickVerb = (typeof QUICK_VERBS)[number]
