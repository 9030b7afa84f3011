import { expect, test } from 'vitest'
import { BOLD, COLOR_PALETTE, COLOR_RGB, DIM, INVERSE } from '../../../screen/cell.ts'
import { parseNode } from '../../../tui/chrome/parse-node.ts'
import { nodeOf } from './support/draw.ts'

function problemOf(value: unknown): string {
  const parsed = parseNode(value, 'render()')
  return parsed.ok ? 'no problem' : parsed.error.message
}

test('a wrong colour deep in a tree is named with its path, counted as Lua counts, and with what could stand there', () => {
  const list = { type: 'list', props: { items: ['a', 'b', { text: 'c', style: { fg: 'grren' } }] } }
  const tree = { type: 'vsplit', constraints: ['1', '1'], children: [{ type: 'empty' }, list] }
  expect(problemOf(tree)).toBe(
    'render(): root.children[2].props.items[3].style.fg: unknown colour "grren" (expected one of default, black, red, ' +
      'green, yellow, blue, magenta, cyan, white, gray, grey, "#rrggbb" or 0–255)',
  )
})

test('a wrong style word is named with attributes and colours that could stand there', () => {
  expect(problemOf({ type: 'list', items: [{ text: 'a', style: 'bald' }] })).toMatch(
    /^render\(\): root\.items\[1\]\.style: unknown colour or attribute "bald" \(expected one of bold, dim, .*#rrggbb/,
  )
})

test.each([
  ['a missing node', undefined, 'render(): root: expected a node (a table with a type), got nil'],
  ['a string for a node', 'hello', 'render(): root: expected a node (a table with a type), got "hello"'],
  ['an unknown type', { type: 'lists' }, 'render(): root: unknown type "lists" (expected "hsplit", "vsplit", '],
  ['no type', {}, 'render(): root: unknown type nil (expected '],
  [
    'counts that differ',
    { type: 'hsplit', constraints: ['50%', '50%'], children: [{ type: 'empty' }] },
    'render(): root: 2 constraints for 1 child',
  ],
  [
    'a bad constraint',
    { type: 'hsplit', constraints: ['half'], children: [{ type: 'empty' }] },
    'render(): root.constraints[1]: expected a constraint such as "30%", "20", "min:20" or "max:20", got "half"',
  ],
  [
    'more than all',
    { type: 'hsplit', constraints: ['130%'], children: [{ type: 'empty' }] },
    'render(): root.constraints[1]: expected a constraint',
  ],
  [
    'a centered box too wide',
    { type: 'centered', width: 120, height: 10, child: { type: 'empty' } },
    'root.width: expected a percentage',
  ],
  ['a centered box without child', { type: 'centered', width: 20, height: 10 }, 'root.child: expected a node'],
  ['a negative selection', { type: 'list', props: { selected: -1 } }, 'root.props.selected: expected a whole number'],
  [
    'items that are none',
    { type: 'list', props: { items: { a: 1 } } },
    'root.props.items: expected an array of items, got a table',
  ],
  [
    'an item without text',
    { type: 'list', props: { items: [{ action: 'x' }] } },
    'root.props.items[1].text: expected a string or a span',
  ],
  [
    'a bad span',
    { type: 'paragraph', lines: [['a', { txt: 'b' }]] },
    'root.lines[1][2].text: expected a string, got nil',
  ],
  [
    'a bad alignment',
    { type: 'paragraph', alignment: 'middle' },
    'root.alignment: unknown alignment "middle" (expected "left", "center" or "right")',
  ],
  ['bad borders', { type: 'empty', block: { borders: 'left' } }, 'root.block.borders: unknown borders "left"'],
  [
    'an unknown style field',
    { type: 'empty', block: { border_style: { colour: 'red' } } },
    'root.block.border_style: unknown field "colour"',
  ],
  ['a value that is no text', { type: 'input', value: {} }, 'root.value: expected a string, got a table'],
  [
    'a terminal by name',
    { type: 'terminal', props: { agent_index: 'one' } },
    'root.props.agent_index: expected a whole number from 0 on, got "one"',
  ],
])('%s is refused with its path', (_, value, message) => {
  expect(problemOf(value)).toContain(message)
})

test('a tree nested without end is refused instead of overflowing the stack', () => {
  const tree: Record<string, unknown> = { type: 'centered' }
  tree.child = tree
  expect(problemOf(tree)).toMatch(/nested more than 50 levels deep$/)
})

test('properties may stand under props or beside the type', () => {
  const nested = nodeOf({ type: 'input', id: 'branch', block: { title: 'T' }, props: { value: 'x', cursor: 1 } })
  const flat = nodeOf({ type: 'input', id: 'branch', block: { title: 'T' }, value: 'x', cursor: 1 })
  expect(nested).toEqual(flat)
  expect(flat).toMatchObject({ id: 'branch', value: 'x', cursor: 1, block: { borders: 'all' } })
})

test('an empty Lua table stands for an empty array as well', () => {
  expect(nodeOf({ type: 'list', props: { items: {} } })).toMatchObject({ items: [] })
  expect(nodeOf({ type: 'vsplit', constraints: {}, children: {} })).toMatchObject({ children: [] })
  expect(nodeOf({ type: 'empty', block: [] })).toMatchObject({ block: { borders: 'all' } })
})

test('styles are attributes, colours, hexadecimal colours, palette numbers, or a table of them', () => {
  const styles = [
    'bold',
    'reversed',
    'cyan',
    '#102030',
    208,
    '208',
    { fg: 'grey', bg: '#ABCDEF', dim: true, bold: false },
  ]
  const node = nodeOf({ type: 'paragraph', lines: styles.map((style) => [{ text: 'x', style }]) })
  expect(node.type === 'paragraph' && node.lines.map((line) => line[0]?.style)).toEqual([
    { attributes: BOLD },
    { attributes: INVERSE },
    { foreground: COLOR_PALETTE | 6 },
    { foreground: COLOR_RGB | 0x102030 },
    { foreground: COLOR_PALETTE | 208 },
    { foreground: COLOR_PALETTE | 208 },
    { foreground: COLOR_PALETTE | 8, background: COLOR_RGB | 0xabcdef, attributes: DIM },
  ])
})

test('control characters in text never become cells, and bytes that are not UTF-8 do not break a title', () => {
  const node = nodeOf({ type: 'list', items: ['a\u001b[31mb\tc\u009bd', { text: new Uint8Array([0x66, 0xff]) }, 42] })
  expect(node.type === 'list' && node.items.map((item) => item.text[0]?.text)).toEqual([
    'a\ufffd[31mb c\ufffdd',
    'f\ufffd',
    '42',
  ])
})

test('line breaks within a paragraph begin new lines', () => {
  const node = nodeOf({ type: 'paragraph', lines: ['one\ntwo\r\nthree', ['four']] })
  expect(node).toMatchObject({ lines: [[{ text: 'one' }], [{ text: 'two' }], [{ text: 'three' }], [{ text: 'four' }]] })
})

test('an action stays with its item whatever it is', () => {
  const action = { type: 'new_agent', branch: 'x' }
  expect(nodeOf({ type: 'list', items: [{ text: 'New', action }] })).toMatchObject({ items: [{ action }] })
})
