import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { echoCharacters, marker, printing } from '../../bench/e2e/marker.ts'
import { TextStream } from '../../bench/e2e/text-stream.ts'

const BYTES = Buffer.from(
  'a\x1b[1;31mb\x1b]0;a title\x07ᐁ\x1b]8;;https://x.org\x1b\\link\x1bP+q544e\x1b\\c\x1b(Bd\x1b=e\x1b7f\x1b[?2026h漢\r\n',
)
const TEXT = 'abᐁlinkcdef漢\r\n'

test('text is found between sequences of every kind', () => {
  const controls: string[] = []
  const stream = new TextStream((control) => controls.push(control))
  expect(stream.push(BYTES)).toBe(TEXT)
  expect(controls).toEqual(['[1;31m', ']0;a title', ']8;;https://x.org', 'P+q544e', '(B', '=', '7', '[?2026h'])
})

test('it does not matter where reads cut sequences and characters', () => {
  for (let cut = 1; cut < BYTES.length; cut++) {
    const stream = new TextStream(() => {})
    expect(stream.push(BYTES.subarray(0, cut)) + stream.push(BYTES.subarray(cut))).toBe(TEXT)
  }
})

test('echo characters do not repeat for six hundred keys', () => {
  const next = echoCharacters()
  expect(new Set(Array.from({ length: 600 }, next)).size).toBe(600)
})

test('neighbouring markers differ in every place, and a shell prints them without their standing in the command', () => {
  const [one, two] = [marker(1), marker(2)]
  expect([...one].some((letter, index) => letter === [...two][index])).toBe(false)
  expect(printing(one)).not.toContain(one)
  expect(execFileSync('sh', ['-c', printing(one)], { encoding: 'utf8' })).toBe(one)
})
