import { expect, test } from 'vitest'
import { World } from './harness/world.ts'

/** Says hello, and ends with 3 after one line. */
const PROGRAM = 'echo "$(date +%N) hello"; read line; echo "got $line"; seq 40; exit 3'

test('a program that has ended says so without hiding what it said last, and enter starts it again', async () => {
  await using world = new World()
  await world.newAgent('work', PROGRAM)
  const terminal = world.open(['attach'])
  await terminal.waitFor('hello')
  terminal.type('first\rxy\r') // the rest was typed too far, and answers nothing
  await terminal.waitFor(/^.*│40\s.*[\s\S]*The program has ended \(exit 3\)[\s\S]*enter start again/m)
  expect(terminal.text()).not.toMatch(/Close work|hello/)
  expect((await world.agent('work')).status).toBe('exited')
  await terminal.waitFor(({ find, cell }) => {
    const at = find.call(terminal, 'enter start')
    return at !== undefined && cell.call(terminal, at.x, at.y).bold // what it says counts now
  })
  terminal.keys('enter')
  await terminal.waitFor(/work \[AGENT\] ─[\s\S]*hello/)
  terminal.type('second\r')
  await terminal.waitFor(/The program has ended/)
  const text = await world.botster('screen', 'work', '--history', '200')
  expect(text).toMatch(/hello[\s\S]*got first[\s\S]*hello[\s\S]*got second/)
})

test('attach AGENT says when the program has ended, and how to go on', async () => {
  await using world = new World()
  await world.newAgent('work', PROGRAM)
  const terminal = world.open(['attach', 'work'])
  await terminal.waitFor('hello')
  terminal.type('first\r')
  await terminal.waitFor(
    /The program has ended \(exit 3\)\. ctrl\+q leaves; botster restore repo-work\s+(40\s+)?starts it again\./,
  )
})
