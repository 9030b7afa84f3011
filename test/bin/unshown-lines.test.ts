import { expect, test } from 'vitest'
import { unshownLines } from '../../bin/unshown-lines.ts'

test('Only the lines that were not followed to their end are missing', () => {
  expect(unshownLines('one\ntwo\nthree', [])).toEqual(['one', 'two', 'three'])
  expect(unshownLines('one\ntwo\nthree', ['one', '', 'two'])).toEqual(['three'])
  expect(unshownLines('one\ntwo', ['one', 'two'])).toEqual([])
  expect(unshownLines('same\nsame\nend', ['same', 'same'])).toEqual(['end'])
})

test('Of long output the end is known, and of long lines the rows', () => {
  expect(unshownLines('9\n10\n11', ['7', '8', '9', '10'])).toEqual(['11'])
  expect(unshownLines('a long line', ['before', 'a long', 'line'])).toEqual([])
  expect(unshownLines('a long line\nnext\nlast', ['before', 'a long', 'line', 'next'])).toEqual(['last'])
})
