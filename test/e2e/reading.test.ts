import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

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
