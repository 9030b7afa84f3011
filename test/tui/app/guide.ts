import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { agent } from './keys-harness.ts'

/** Where the documentation is. */
export const DOCS = join(import.meta.dirname, '../../../docs')

const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60

/** The agents that the guide's captures and pictures show. */
export const GUIDE_AGENTS = [
  agent('fix-login', { state: 'working', state_since: minutesAgo(3), git: { dirty: true, ahead: 2, behind: 0 } }),
  agent('dark-mode', { state: 'waiting', state_since: minutesAgo(12), state_question: 'Run npm install?' }),
  agent('a11y', { state: 'done', state_since: minutesAgo(61), state_reason: 'the command ended' }),
  agent('new-cache', { state: 'idle', state_since: minutesAgo(150) }),
]

/** One of the guide's example layouts. */
export function guideLayout(name: string): string {
  return readFileSync(join(DOCS, 'examples/layouts', `${name}.lua`), 'utf8')
}
