import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** Has the log say which messages the UI has taken. */
const NOTE_EVENTS = `
local on_hub_event = _events.on_hub_event
_events.on_hub_event = function(type, data, context)
  log.info(("heard %s %s"):format(type, data and data.source))
  return on_hub_event(type, data, context)
end`

test('the history opens in a pager, which has the terminal until it ends', async () => {
  await using world = new World()
  const seen = join(world.directory, 'seen')
  const pager = join(world.directory, 'a pager.sh')
  writeFileSync(
    pager,
    `#!/bin/sh\ncp "$2" ${seen}\nprintf 'IN THE PAGER (%s)\\n' "$1"\nread answer\necho "$answer" >> ${seen}\n`,
  )
  chmodSync(pager, 0o700)
  await world.newAgent('long', 'seq 1 3000; cat')
  const terminal = world.open(['attach'], { env: { PAGER: `'${pager}' -x` } })
  await terminal.waitFor(/│3000\s/)
  terminal.keys('alt+y')
  await terminal.waitFor('[COPY]')
  terminal.type('p')
  await terminal.waitFor('IN THE PAGER (-x)')
  expect(terminal.text()).not.toContain('Agents')
  terminal.type('typed into the pager\r')
  await terminal.waitFor(/│3000\s/)
  await terminal.waitFor('[COPY]')
  const text = () => readFileSync(seen, 'utf8')
  await until(() => text().endsWith('typed into the pager\n'), { what: 'the pager to end', seen: text })
  expect(text().startsWith('1\n2\n3\n')).toBe(true)
  expect(text()).toContain('\n3000\n')
  // Keys, frames and the mouse are botster's again.
  terminal.keys('q')
  terminal.type('back in the agent\r')
  await terminal.waitFor(/back in the agent\s*│\n[^\n]*back in the agent/)
})

test('what agents have to say while a pager has the terminal comes when that has ended', async () => {
  await using world = new World()
  const pager = join(world.directory, 'pager.sh')
  writeFileSync(pager, '#!/bin/sh\necho "IN THE PAGER"\nread line\necho "OUT OF THE PAGER"\n')
  chmodSync(pager, 0o700)
  mkdirSync(join(world.userDirectory, 'lua/user/ui'), { recursive: true })
  writeFileSync(join(world.userDirectory, 'lua/user/ui/note.lua'), NOTE_EVENTS)
  const go = join(world.directory, 'go')
  const later = (text: string) => `until [ -e ${go} ]; do sleep 0.05; done; printf '${text}'; cat`
  await world.newAgent('one', `echo started one; ${later('\\033]52;c;b2xk\\007\\033]52;c;bmV3\\007\\007')}`)
  await world.newAgent('two', later('\\033]777;notify;Tests;all pass\\007'))
  const terminal = world.open(['attach'], { env: { PAGER: pager } })
  await terminal.waitFor('started one')
  terminal.keys('alt+y')
  await terminal.waitFor('[COPY]')
  terminal.type('p')
  await terminal.waitFor('IN THE PAGER')
  writeFileSync(go, '')
  const log = () => readFileSync(world.hubFile('tui.log'), 'utf8')
  const news = ['terminal_bell', 'pty_notification bell', 'pty_notification osc777']
  await until(() => news.every((one) => log().includes(`heard ${one}`)), { what: 'both agents to be heard', seen: log })
  terminal.type('q\r')
  await terminal.waitFor('two: Tests: all pass') // a toast
  const sides = () => terminal.output.split('OUT OF THE PAGER')
  const told = ['\x1b]52;c;bmV3\x1b\\', '\x1b]9;two: Tests: all pass\x1b\\', '\x07'] // the text is "new"
  await until(() => told.every((sequence) => sides()[1]?.includes(sequence)), {
    what: 'it to go out',
    seen: () => sides().join('|'),
  })
  expect(sides()[0]).not.toMatch(/\x1b\](52|9|777);|\x07/)
  expect(terminal.output).not.toContain('b2xk') // "old"
})

test('what is searched and copied comes out on the clipboard of the terminal', async () => {
  await using world = new World()
  await world.newAgent('long', 'seq -f "number %g of many" 1 5000; cat')
  const terminal = world.open(['attach'])
  await terminal.waitFor('number 5000 of many')
  terminal.keys('alt+/')
  await terminal.waitFor('Search up')
  terminal.type('^number 12.4 ')
  await terminal.waitFor('10 of 10')
  terminal.keys('enter')
  await terminal.waitFor('number 1294 of many')
  terminal.type('V')
  await terminal.waitFor('COPY: line')
  terminal.type('y')
  await terminal.waitFor('Copied')
  expect(terminal.output).toContain(`\x1b]52;c;${Buffer.from('number 1294 of many').toString('base64')}\x1b\\`)
  await terminal.waitFor('number 5000 of many')
})
