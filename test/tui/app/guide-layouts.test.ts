import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startUi } from '../ui-lua/harness.ts'
import { screenOf } from './golden.ts'
import { DOCS, GUIDE_AGENTS, guideLayout } from './guide.ts'
import { startKeys } from './keys-harness.ts'

const GUIDE = join(DOCS, 'guides/make-it-yours.md')
const COLS = 80
const ROWS = 16

test.each([
  ['default', {}],
  ['tabs', { 'tabs.lua': guideLayout('tabs') }],
  ['board', { 'board.lua': guideLayout('board') }],
  ['quiet', { 'quiet.lua': guideLayout('quiet') }],
])('the guide shows the layout %s as it is', async (name, files) => {
  using tui = await startKeys({ cols: COLS, rows: ROWS, files })
  tui.hub({ type: 'agent_list', agents: [] })
  expect(tui.text()).toContain('No agents yet')
  tui.hub({ type: 'agent_list', agents: GUIDE_AGENTS })
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
