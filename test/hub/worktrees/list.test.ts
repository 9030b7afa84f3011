import { expect, test } from 'vitest'
import { isInside, parseList } from '../../../hub/worktrees/list.ts'

const entries = [
  [
    ['worktree', '/a b'],
    ['HEAD', 'abc'],
    ['branch', 'refs/heads/x y'],
  ],
  [
    ['worktree', '/c'],
    ['HEAD', 'def'],
    ['detached', ''],
    ['locked', 'why not'],
  ],
]

test.each([
  ['new gits end lines with NUL', '\0'],
  ['gits before 2.36 with a line end', '\n'],
])('The list of worktrees is understood: %s', (_, end) => {
  const printed = entries.map((entry) => entry.map((pair) => pair.join(' ').trim() + end).join('') + end).join('')
  expect(parseList(printed).map((map) => [...map])).toEqual(entries)
})

test('A path is inside a directory only when it is below it', () => {
  expect(isInside('/base/x', '/base')).toBe(true)
  expect(isInside('/base/..x/y', '/base')).toBe(true)
  for (const path of ['/base', '/bas', '/based/x', '/', '/base/../x']) expect(isInside(path, '/base'), path).toBe(false)
})
