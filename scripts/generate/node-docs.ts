// What the reference says of nodes and operations. Typed by the code's own lists, so that a node or operation without a
// word here does not compile.
import type { NODE_TYPES } from '../../tui/chrome/parse-node.ts'
import type { Operation } from '../../tui/ui-lua/operations.ts'

export interface FieldDoc {
  readonly name: string
  readonly type: string
  readonly doc: string
}

export interface NodeDoc {
  readonly doc: string
  readonly fields: readonly FieldDoc[]
}

const field = (name: string, type: string, doc: string): FieldDoc => ({ name, type, doc })

const CHOICE = [
  field(
    'selected',
    'number',
    'which is highlighted, from 0, headings not counted; with an `id` and without this, botster keeps it',
  ),
  field('highlight_style', 'style', 'default `"reversed"`'),
  field('highlight_symbol', 'string', 'before the highlighted one; default `"> "`'),
]

const ALIGNMENT = field('alignment', 'string', '`left` (default), `center`, `right`')

const SPLIT = [
  field('constraints', 'constraints', 'as many as children: `"30%"`, `"20"`, `"min:10"`, `"max:10"`'),
  field('children', 'nodes', 'what is in it'),
]

export const NODE_DOCS: Readonly<Record<(typeof NODE_TYPES)[number], NodeDoc>> = {
  hsplit: { doc: 'Children side by side; constraints are widths.', fields: SPLIT },
  vsplit: { doc: 'Children stacked; constraints are heights.', fields: SPLIT },
  centered: {
    doc: 'One child in the middle, or at an edge, hiding what is under it.',
    fields: [
      field('width', 'number or constraint', 'a number is percent; default all'),
      field('height', 'number or constraint', 'a number is percent; default all'),
      field(
        'anchor',
        'string',
        '`center` (default), `top`, `bottom`, `left`, `right`, `top_left`, `top_right`, `bottom_left`, `bottom_right`',
      ),
      field('child', 'node', 'what is in it'),
    ],
  },
  list: {
    doc: 'Items below each other, scrolled so that the selected one is seen.',
    fields: [field('items', 'items', 'lines, or `{ text, secondary, right, header, style, action }`'), ...CHOICE],
  },
  table: {
    doc: 'Rows of cells in columns, selected and clicked as the items of a list are.',
    fields: [
      field(
        'columns',
        'constraints',
        'their widths; a `max` column takes what its widest cell needs; default all the same',
      ),
      field('header', 'lines', 'above the rows, and stays'),
      field('rows', 'rows', 'arrays of lines, or `{ cells, style, action }`'),
      ...CHOICE,
    ],
  },
  tabs: {
    doc: 'Names side by side; a click runs the action of one.',
    fields: [
      field('items', 'tabs', 'lines, or `{ text, action }`'),
      field('selected', 'number', 'from 0; default 0'),
      field('highlight_style', 'style', 'default `"reversed"`'),
      field('divider', 'line', 'between two; default `"│"`'),
    ],
  },
  gauge: {
    doc: 'A bar that is full to a part, and a label beside it.',
    fields: [
      field('ratio', 'number', 'from 0 to 1'),
      field('label', 'line', 'default the percentage'),
      field('style', 'style', 'of the bar'),
    ],
  },
  spinner: {
    doc: 'Something that turns while it is seen, and a label.',
    fields: [field('label', 'line', ''), field('style', 'style', 'of what turns')],
  },
  paragraph: {
    doc: 'Text, from the top.',
    fields: [
      field('lines', 'lines', ''),
      ALIGNMENT,
      field('wrap', 'boolean', 'breaks long lines between words; otherwise they are cut'),
    ],
  },
  input: {
    doc: 'A field to type into.',
    fields: [
      field('lines', 'lines', 'above it'),
      field('value', 'string', 'its text; with an `id` and without this, botster keeps it'),
      field('cursor', 'number', 'characters before the cursor; default the end'),
      field('placeholder', 'line', 'while it is empty'),
      ALIGNMENT,
    ],
  },
  terminal: {
    doc: 'The screen of a session.',
    fields: [
      field('agent_index', 'number', 'from 0; default the selected agent'),
      field('pty_index', 'number', 'from 0; default the agent’s active session'),
    ],
  },
  connection_code: {
    doc: 'The code that connects a device.',
    fields: [
      field('header', 'lines', 'above it'),
      field('used_header', 'lines', 'in place of the header once it was used'),
      field('footer', 'lines', 'below it'),
    ],
  },
  empty: { doc: 'Nothing, or a frame around nothing.', fields: [] },
}

/** Fields of each operation, as Lua writes them, and what it does. */
export const OPERATION_DOCS: Readonly<Record<Operation['op'], readonly [fields: string, doc: string]>> = {
  set_mode: [
    'mode, input?',
    'changes the mode; forgets selections and texts; `input` is put into the input that appears',
  ],
  send_msg: ['data', 'a message to the hub'],
  focus_terminal: ['agent_id? or agent_index?, pty_index?', 'looks at an agent; without any of them, at none'],
  quit: ['', 'leaves; agents keep running'],
  action: ['action', 'carries out another action, as a key would'],
  set_input: ['text', 'replaces the text of the focused input'],
  set_connection_code: ['url, qr, used?', 'what a `connection_code` node shows'],
  clear_connection_code: ['', 'takes that away'],
  osc_clipboard: ['text', 'text for the clipboard of the outer terminal'],
  osc_alert: ['title, body, protocol?', 'an alert of the outer terminal, while that is unfocused or lent'],
  bell: ['', 'rings the bell of the outer terminal'],
  notify: ['message, level?, key?, timeout?', 'a message for a while; another with the same `key` takes its place'],
  copy_mode: ['', 'a cursor in the text of the focused terminal'],
  search: ['pattern?, backward?', 'searches in the history of the focused terminal'],
  search_accept: ['', 'goes to the match'],
  search_cancel: ['', 'goes back to where the search began'],
  copy_selection: ['', 'copies what is selected'],
  copy_text: ['text', 'text for the clipboard, by the outer terminal and the system’s clipboard program'],
  open_link: ['url?', 'opens a link, or the one under the cursor of copy mode'],
  open_history: ['program', 'the history in the `pager` or the `editor`'],
  go_to_prompt: ['direction', 'to the prompt above (`up`) or below (`down`)'],
}
