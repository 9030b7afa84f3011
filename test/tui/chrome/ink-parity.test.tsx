import { renderToString } from 'ink'
import { expect, test } from 'vitest'
import type { ChromeContext } from '../../../tui/chrome/components/context.ts'
import { Screen } from '../../../tui/chrome/components/Screen.tsx'
import { Glyphs } from '../../../tui/chrome/glyphs.ts'
import { StyleMarks } from '../../../tui/chrome/style.ts'
import { agentScreen, draw, nodeOf } from './support/draw.ts'

/** The same components as Ink itself prints them. */
function printedByInk(tree: unknown, cols: number, rows: number): string[] {
  const shared: ChromeContext = { annotations: new WeakMap(), marks: new StyleMarks(), glyphs: new Glyphs() }
  const request = { type: 'render', seq: 1, cols, rows, tree: nodeOf(tree) } as const
  const fail = (error: unknown) => {
    throw error
  }
  const printed = renderToString(<Screen request={request} shared={shared} onError={fail} />, { columns: cols })
  const lines = printed.split('\n').map((line) => line.trimEnd())
  return [...lines, ...Array<string>(rows - lines.length).fill('')]
}

const TREES: [string, unknown][] = [
  [
    'a list beside a terminal',
    agentScreen(['one', { text: 'two 漢字', secondary: 'dim' }, '👩‍💻 three'], ' title ', 1),
  ],
  [
    'wrapped and centered text',
    {
      type: 'paragraph',
      wrap: true,
      alignment: 'center',
      lines: ['the quick brown fox jumps over it', '日本語の文章です'],
    },
  ],
  [
    'text that is cut',
    { type: 'paragraph', lines: ['a line that is longer than the screen is wide, by far', '漢'.repeat(30)] },
  ],
  ['an input', { type: 'input', block: { title: 'Branch' }, lines: ['Name:'], value: 'fix/something' }],
  [
    'nested splits',
    {
      type: 'vsplit',
      constraints: ['3', 'min:1', '20%'],
      children: [
        { type: 'paragraph', block: { border_type: 'double' }, lines: ['top'] },
        agentScreen(['a', 'b'], 'T'),
        { type: 'paragraph', block: { title: 'bottom', borders: 'none' }, lines: ['x'], alignment: 'right' },
      ],
    },
  ],
]

test.each(TREES)('%s is painted as Ink would print it', (_, tree) => {
  for (const [cols, rows] of [
    [80, 24],
    [33, 12],
  ] as const) {
    expect(draw(tree, { cols, rows }).lines).toEqual(printedByInk(tree, cols, rows))
  }
})
