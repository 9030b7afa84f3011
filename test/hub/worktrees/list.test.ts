import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isInside, parseList } from '../../../hub/worktrees/list.ts'
import { makeRepository } from '../support/repository.ts'

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

/** Milliseconds for a list of 200 worktrees, after the first time. */
const LIST_MS = 150

test('Two hundred worktrees are listed at once', async () => {
  await using repository = await makeRepository()
  const { base } = repository
  for (let number = 0; number < 200; number++) {
    await repository.git(['worktree', 'add', '-q', '--no-checkout', '-b', `b${number}`, join(base, `w${number}`)])
  }
  expect(await repository.worktrees.list()).toHaveLength(201)
  const times: number[] = []
  while (times.length < 10) {
    const began = performance.now()
    await repository.worktrees.list()
    times.push(performance.now() - began)
  }
  expect(Math.min(...times)).toBeLessThan(LIST_MS) // the best of them: what else the machine does is not ours
})
