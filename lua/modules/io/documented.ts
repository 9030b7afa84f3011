/** Descriptions of what `io` has in Lua (see lua.ts). */
import { defineLuaFunction } from '../../vm/index.ts'

const formats = {
  name: '...',
  type: 'any',
  doc: "what to read: 'l' a line (default), 'L' with its end, 'n' a number, 'a' all, or a number of bytes",
} as const

const CLOSED = { 'attempt to use a closed file': 'for a file that is closed' }
const FORMAT = { 'invalid format': 'for what is none of the formats' }
const OPTION = { 'invalid option': 'for another word' }
const CANNOT_OPEN = { 'no such file or directory': 'when the file cannot be opened, with what io.open would say' }
const FULL = 'the disk is full; other kinds as with fs.write'
const STANDARD = 'standard input, output and error stay open'

export const IO_FUNCTIONS = {
  lines: defineLuaFunction({
    doc: 'Iterates over the lines of a file, which is closed at the end; without a path over standard input.',
    args: [{ name: 'path', type: 'bytes', optional: true }],
    variadic: formats,
    returns: [{ type: 'function' }],
    yields: 'if-possible',
    raises: {
      'no such file or directory': 'when the file cannot be opened or read, with what io.open would say',
      'invalid format': 'for what is none of the formats',
    },
    example: "for line in io.lines('notes.txt') do print(line) end",
  }),
  read: defineLuaFunction({
    doc: 'Reads from the default input, as file:read does.',
    variadic: formats,
    returns: [{ type: ['any', 'nil'] }],
    yields: 'if-possible',
    failures: { closed: 'the default input was not opened for reading' },
    raises: { ...CLOSED, ...FORMAT },
    example: "local line = io.read('l')",
  }),
  write: defineLuaFunction({
    doc: 'Writes to the default output, as file:write does.',
    variadic: { type: 'any', doc: 'strings and numbers' },
    returns: [{ type: ['any', 'nil'], luaType: 'file*?' }],
    yields: 'if-possible',
    failures: { closed: 'the default output was not opened for writing', no_space: FULL },
    raises: { ...CLOSED, 'string expected': 'for what is neither text nor a number' },
    example: "io.write('ready', 5, '\\n')",
  }),
  input: defineLuaFunction({
    doc: 'The default input of this module or plugin; with a path or a file it becomes that.',
    args: [{ name: 'file', type: 'any', optional: true }],
    returns: [{ type: 'any', luaType: 'file*' }],
    raises: CANNOT_OPEN,
    example: "io.input('notes.txt')\nprint(io.read('a'))",
  }),
  output: defineLuaFunction({
    doc: 'The default output of this module or plugin; with a path or a file it becomes that.',
    args: [{ name: 'file', type: 'any', optional: true }],
    returns: [{ type: 'any', luaType: 'file*' }],
    raises: CANNOT_OPEN,
    example: "io.output('report.txt')\nio.write('done\\n')\nio.close()\nio.output(io.stdout)",
  }),
  close: defineLuaFunction({
    doc: 'Closes a file, or the default output.',
    args: [{ name: 'file', type: 'any', optional: true }],
    returns: [{ type: ['boolean', 'nil'] }],
    yields: 'if-possible',
    failures: { invalid: STANDARD, no_space: FULL },
    raises: CLOSED,
    example: "local file = io.open('notes.txt')\nio.close(file)",
  }),
  type: defineLuaFunction({
    doc: "What a value is: 'file', 'closed file', or nil for what is no file.",
    args: [{ name: 'value', type: 'any' }],
    returns: [{ type: ['text', 'nil'] }],
    example: "assert(io.type(io.stdout) == 'file')",
  }),
}

export const IO_METHODS = {
  read: defineLuaFunction({
    doc: 'Reads one thing for each format, until one is not there. Without a format a line.',
    variadic: formats,
    returns: [{ type: ['any', 'nil'] }],
    yields: 'if-possible',
    failures: {
      closed: 'the file was not opened for reading; other kinds as with fs.read. At the end there is nil alone',
    },
    raises: { ...CLOSED, ...FORMAT },
    example: "local file <close> = io.open('notes.txt')\nlocal first, rest = file:read('l', 'a')",
  }),
  lines: defineLuaFunction({
    doc: 'Iterates as io.lines does. The file stays open.',
    variadic: formats,
    returns: [{ type: 'function' }],
    yields: 'if-possible',
    raises: { 'closed file': 'for a file that is closed', ...FORMAT },
    example: "local file <close> = io.open('notes.txt')\nfor line in file:lines('L') do io.write(line) end",
  }),
  write: defineLuaFunction({
    doc: 'Writes strings and numbers. Bytes are on their way when it returns, unless setvbuf says otherwise.',
    variadic: { type: 'any', doc: 'strings and numbers' },
    returns: [{ name: 'file', type: ['any', 'nil'], luaType: 'file*?' }],
    yields: 'if-possible',
    failures: { closed: 'the file was not opened for writing', no_space: FULL },
    raises: { ...CLOSED, 'string expected': 'for what is neither text nor a number' },
    example: "local file <close> = io.tmpfile()\nfile:write('a', 1):write('b')",
  }),
  seek: defineLuaFunction({
    doc: 'Moves to so many bytes from the beginning, here, or the end. Without arguments it only says where it is.',
    args: [
      { name: 'whence', type: 'text', default: 'cur', luaType: '"set"|"cur"|"end"' },
      { name: 'offset', type: 'integer', default: 0 },
    ],
    returns: [{ name: 'position', type: ['integer', 'nil'] }],
    failures: { invalid: 'that is before the beginning', not_a_file: 'a pipe has no positions' },
    raises: { ...CLOSED, ...OPTION },
    example: "local file <close> = io.open('notes.txt')\nlocal size = file:seek('end')",
  }),
  setvbuf: defineLuaFunction({
    doc: 'Says when what is written leaves: at once, when so many bytes are there, or at each line end.',
    args: [
      { name: 'mode', type: 'text', luaType: '"no"|"full"|"line"' },
      { name: 'size', type: 'integer', default: 0 },
    ],
    returns: [{ type: ['boolean', 'nil'] }],
    failures: { no_space: FULL },
    raises: { ...CLOSED, ...OPTION },
    example: "local file <close> = io.tmpfile()\nfile:setvbuf('full', 1024)",
  }),
  flush: defineLuaFunction({
    doc: 'Writes what is buffered.',
    returns: [{ name: 'file', type: ['any', 'nil'], luaType: 'file*?' }],
    failures: { no_space: FULL },
    raises: CLOSED,
    example: 'local file <close> = io.tmpfile()\nfile:flush()',
  }),
  close: defineLuaFunction({
    doc: 'Closes the file. A process is waited for: true or nil, "exit" or "signal", and the code.',
    returns: [
      { type: ['boolean', 'nil'] },
      { type: 'text', optional: true, luaType: '"exit"|"signal"' },
      { type: 'integer', optional: true },
    ],
    yields: 'if-possible',
    failures: { invalid: STANDARD, no_space: FULL },
    raises: CLOSED,
    example: "local ok, how, code = io.popen('exit 3'):close()",
  }),
}
