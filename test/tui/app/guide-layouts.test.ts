import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startUi } from '../ui-lua/harness.ts'
import { screenOf } from './golden.ts'
import { agent, startKeys } from './keys-harness.ts'

const docs = join(import.meta.dirname, '../../../docs')
const GUIDE = join(docs, 'guides/make-it-yours.md')
const COLS = 80
const ROWS = 16

const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60

const AGENTS = [
  agent('fix-login', { state: 'working', state_since: minutesAgo(3), git: { dirty: true, ahead: 2, behind: 0 } }),
  agent('dark-mode', { state: 'waiting', state_since: minutesAgo(12), state_question: 'Run npm install?' }),
  agent('a11y', { state: 'done', state_since: minutesAgo(61), state_reason: 'the command ended' }),
  agent('new-cache', { state: 'idle', state_since: minutesAgo(150) }),
]

const layout = (name: string) => readFileSync(join(docs, 'examples/layouts', `${name}.lua`), 'utf8')

test.each([
  ['default', {}],
  ['tabs', { 'tabs.lua': layout('tabs') }],
  ['board', { 'board.lua': layout('board') }],
  ['quiet', { 'quiet.lua': layout('quiet') }],
])('the guide shows the layout %s as it is', async (name, files) => {
  using tui = await startKeys({ cols: COLS, rows: ROWS, files })
  tui.hub({ type: 'agent_list', agents: [] })
  expect(tui.text()).toContain('No agents yet')
  tui.hub({ type: 'agent_list', agents: AGENTS })
  expect(tui.lua.problems).toEqual([])
  expectCapture(name, await screenOf(tui, COLS, ROWS))
})

test('every example of the guide runs as it stands', async () => {
  const examples = [...readFileSync(GUIDE, 'utf8').matchAll(/```lua\n([\s\S]*?)```/g)].map(([, code]) => code!)
  expect(examples.length).toBeGreaterThan(2)
  for (const code of examples) {
    using lua = await startUi()
    lua.load({ 'example.lua': code })
    expect(lua.problems).toEqual([])
    expect(lua.draw()).toContain('Agents (0)')
  }
})

/** Compares with the picture in the guide; `UPDATE_GOLDEN=1` draws it there. */
function expectCapture(name: string, screen: string): void {
  const guide = readFileSync(GUIDE, 'utf8')
  const begin = `<!-- capture: ${name} -->\n`
  const from = guide.indexOf(begin) + begin.length
  const to = guide.indexOf('<!-- end -->', from)
  const picture = `\`\`\`text\n${screen}\n\`\`\`\n`
  if (process.env.UPDATE_GOLDEN) writeFileSync(GUIDE, guide.slice(0, from) + picture + guide.slice(to))
  else expect(guide.slice(from, to)).toBe(picture)
}
