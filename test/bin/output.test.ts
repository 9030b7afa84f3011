import { describe, expect, test } from 'vitest'
import { formatDuration, plain } from '../../bin/output.ts'
import { formatTable } from '../../bin/table.ts'

describe('output for people', () => {
  test('lines columns up by what they take on screen, not by characters', async () => {
    const lines = await formatTable([
      ['KEY', 'NAME', 'STATUS'],
      ['a', '修理', 'running'],
      ['longer', '👨‍👩‍👧', 'exited'],
    ])
    expect(lines).toEqual(['KEY     NAME  STATUS', 'a       修理  running', 'longer  👨‍👩‍👧    exited'])
  })

  test('cuts the widest columns where the terminal is narrower: a path at its beginning, all else at its end', async () => {
    const rows = [
      ['NAME', 'QUESTION', 'WORKTREE'],
      ['fix', '上書きしますか? これは長い質問です', '/home/me/botster-sessions/repository-fix'],
    ]
    const whole = (await formatTable(rows))[1]
    expect(await formatTable(rows, 200)).toEqual(await formatTable(rows))
    const narrow = await formatTable(rows, 40)
    expect(narrow).toEqual(['NAME  QUESTION          WORKTREE', 'fix   上書きしますか?…  …/repository-fix'])
    expect(await formatTable(rows, 5), 'never narrower than can be read').toEqual([
      'NAME  QUESTION  WORKTREE',
      'fix   上書き…   …ory-fix',
    ])
    expect(whole).toContain('/home/me/botster-sessions/repository-fix')
  })

  test.each([
    [0.4, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3600 * 5 + 60 * 12, '5 h 12 min'],
    [86_400 * 6 + 3600 * 3, '6 d 3 h'],
  ])('says %d seconds as %s', (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words)
  })

  test('lets no escape sequence of a title through', () => {
    expect(plain('a\x1b]0;b\x07c\u009bd')).toBe('a ]0;b c d')
  })
})
