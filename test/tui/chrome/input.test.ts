import { expect, test } from 'vitest'
import { draw, drawer } from './support/draw.ts'

function input(props: Record<string, unknown>): unknown {
  return { type: 'input', id: 'branch', props }
}

test('the value stands below the lines, with the caret at its end', () => {
  const { lines, cursor, widgets } = draw(input({ lines: ['Branch:'], value: 'fix/漢' }), { cols: 20, rows: 3 })
  expect(lines).toEqual(['Branch:', 'fix/漢', ''])
  expect(cursor).toEqual({ x: 6, y: 1 })
  expect(widgets).toMatchObject([{ kind: 'input', id: 'branch', x: 0, y: 1, width: 20, height: 2 }])
})

test('the caret stands after as many characters as the cursor says, wide ones and clusters counted once', () => {
  const value = 'a漢👨‍👩‍👧b'
  const column = (cursor: number) => draw(input({ value, cursor }), { cols: 20, rows: 1 }).cursor?.x
  expect([0, 1, 2, 3, 4, 99].map(column)).toEqual([0, 1, 3, 5, 6, 6])
})

test('the caret follows the alignment', () => {
  expect(draw(input({ value: 'abcd', alignment: 'center' }), { cols: 20, rows: 1 })).toMatchObject({
    lines: ['        abcd'],
    cursor: { x: 12, y: 0 },
  })
  expect(draw(input({ value: '', alignment: 'center' }), { cols: 20, rows: 1 }).cursor).toEqual({ x: 10, y: 0 })
})

test('a placeholder shows while the value is empty, with the caret before it', () => {
  const { lines, cursor } = draw(input({ placeholder: 'name' }), { cols: 20, rows: 1 })
  expect(lines).toEqual(['name'])
  expect(cursor).toEqual({ x: 0, y: 0 })
  expect(draw(input({ value: 'x', placeholder: 'name' }), { cols: 20, rows: 1 }).lines).toEqual(['x'])
})

test('a long value breaks into rows, and a caret after a full row stands on the next', () => {
  expect(draw(input({ value: 'abcdefgh' }), { cols: 5, rows: 3 })).toMatchObject({
    lines: ['abcde', 'fgh', ''],
    cursor: { x: 3, y: 1 },
  })
  expect(draw(input({ value: 'abcde' }), { cols: 5, rows: 3 })).toMatchObject({ cursor: { x: 0, y: 1 } })
  expect(draw(input({ value: 'abcdefgh', cursor: 5 }), { cols: 5, rows: 3 })).toMatchObject({ cursor: { x: 0, y: 1 } })
})

test('line breaks in the value make rows and count as one character', () => {
  const cursor = (position: number) => draw(input({ value: 'ab\n\nc', cursor: position }), { cols: 9, rows: 4 }).cursor
  expect(draw(input({ value: 'ab\n\nc' }), { cols: 9, rows: 4 }).lines).toEqual(['ab', '', 'c', ''])
  expect([2, 3, 4, 5].map(cursor)).toEqual([
    { x: 2, y: 0 },
    { x: 0, y: 1 },
    { x: 0, y: 2 },
    { x: 1, y: 2 },
  ])
  expect(draw(input({ value: 'ab\n' }), { cols: 9, rows: 4 }).cursor).toEqual({ x: 0, y: 1 })
  expect(draw(input({ value: 'abc\nd', cursor: 4 }), { cols: 3, rows: 4 })).toMatchObject({
    lines: ['abc', 'd', '', ''],
    cursor: { x: 0, y: 1 },
  })
})

test('a value taller than its field scrolls with the caret', () => {
  using chrome = drawer()
  const value = 'one\ntwo\nthree\nfour'
  expect(chrome.draw(input({ value }), { cols: 9, rows: 2 })).toMatchObject({
    lines: ['three', 'four'],
    cursor: { x: 4, y: 1 },
  })
  expect(chrome.draw(input({ value, cursor: 0 }), { cols: 9, rows: 2 })).toMatchObject({
    lines: ['one', 'two'],
    cursor: { x: 0, y: 0 },
  })
})

test('of several inputs the last of the overlay has the caret', () => {
  const tree = input({ value: 'below' })
  const overlay = {
    type: 'centered',
    width: 50,
    height: 50,
    child: { type: 'vsplit', constraints: ['1', '1'], children: [input({ value: 'a' }), input({ value: 'bb' })] },
  }
  const { cursor, widgets } = draw(tree, { overlay })
  const last = widgets.at(-1)!
  expect(cursor).toEqual({ x: last.x + 2, y: last.y })
})
