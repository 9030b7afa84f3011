/** `io` for trusted code: Lua's own library, over the real file system and real processes. */
import { ArgumentError } from '../../vm/errors.ts'
import { defineFunction, defineModule, failure, type LuaModule, type PrimitiveResult, results } from '../../vm/index.ts'
import { attempt } from '../fs/failures.ts'
import { absolute, bytePath } from '../fs/paths.ts'
import { type ProcessPlace, processOptions, processOptionsArgument } from '../processes/options.ts'
import { Shells } from '../processes/shells.ts'
import { flagsOf } from './disk-file.ts'
import { IO_FUNCTIONS, IO_METHODS } from './documented.ts'
import { IO_LUA } from './lua.ts'
import { openPath, openTemporary } from './open.ts'
import { OpenFiles } from './open-files.ts'
import { PipeFile } from './pipe-file.ts'
import type { Format } from './reader.ts'
import { type OutputSink, StandardFile } from './standard-file.ts'
import type { OpenFile } from './stream.ts'

export type { OutputSink } from './standard-file.ts'

export interface IoOptions extends ProcessPlace {
  /** Receives what scripts, and the processes they start, write to standard output and error. */
  readonly output: OutputSink
  /** Standard input: bytes, none at the end. @default there is nothing to read */
  readonly input?: () => Uint8Array | Promise<Uint8Array>
}

const NOTHING = new Uint8Array(0)
const number = { name: 'number', type: 'integer' } as const
const hidden = true

export function ioModule({ base, env, output, input = () => NOTHING }: IoOptions): LuaModule {
  const files = new OpenFiles()
  const shells = new Shells()
  files.addStandard([
    new StandardFile({ name: 'stdin', pull: input }),
    new StandardFile({ name: 'stdout', write: (bytes, owner) => output('stdout', bytes, owner) }),
    new StandardFile({ name: 'stderr', write: (bytes, owner) => output('stderr', bytes, owner) }),
  ])

  const on = (
    what: string,
    id: number,
    use: (file: OpenFile) => unknown,
  ): PrimitiveResult | Promise<PrimitiveResult> => {
    const file = files.get(id)
    return attempt(what, file.name, () => {
      const result = use(file)
      if (result instanceof Promise) return result.then((value) => (value ?? true) as PrimitiveResult)
      return (result ?? true) as PrimitiveResult
    })
  }

  return defineModule({
    name: 'io',
    doc:
      'Lua’s own `io`, for files of the disk, pipes and processes. Reading from a pipe or a process waits without ' +
      'blocking anything. Relative paths start at the hub’s directory. Files and processes end with the module or plugin ' +
      'that opened them; a file that no script can reach any more is closed. What goes to standard output and error goes ' +
      'to the hub’s log; standard input is empty.',
    functions: {
      ...IO_FUNCTIONS,
      open: defineFunction({
        doc: 'Opens a file.',
        args: [
          { name: 'path', type: 'bytes' },
          { name: 'mode', type: 'text', default: 'r', doc: 'r, w or a, with + for both directions; b means nothing' },
        ],
        returns: [{ name: 'file', type: ['any', 'nil'], luaType: 'file*?' }],
        failures: {
          not_found: 'there is no such file, or no directory for it',
          is_directory: 'it is one',
          not_a_file: 'it is a pipe that nobody reads',
          invalid: 'the path is empty or has NUL in it; other kinds as with fs.read and fs.write',
        },
        raises: { 'invalid mode': 'for another mode' },
        example: "local file <close> = assert(io.open('notes.txt', 'a'))\nfile:write('one more line\\n')",
        call: ({ vm, owner }, path, mode) => {
          const flags = flagsOf(mode)
          if (flags === undefined) throw new ArgumentError(`bad argument #2 to 'io.open' (invalid mode '${mode}')`)
          return attempt('open', Buffer.from(path).toString(), () =>
            files.add(vm, owner, openPath(absolute(bytePath(base), path), flags)),
          )
        },
      }),
      popen: defineFunction({
        doc:
          'Starts a command of /bin/sh to read what it writes (r), or to write what it reads (w). Closing waits for its ' +
          'end and returns what os.execute does.',
        args: [{ name: 'command', type: 'text' }, { name: 'mode', type: 'text', default: 'r' }, processOptionsArgument],
        returns: [{ name: 'file', type: ['any', 'nil'], luaType: 'file*?' }],
        failures: {
          spawn_failed: 'it cannot be started, as in a directory that is not there',
          invalid: 'the command has NUL in it',
        },
        raises: { 'invalid mode': 'for another mode', 'seconds expected': 'for a timeout that is none' },
        example: "local git <close> = io.popen('git --version')\nlog.info(git:read('l'))",
        call: ({ vm, owner }, command, mode, options) => {
          if (mode !== 'r' && mode !== 'w')
            throw new ArgumentError(`bad argument #2 to 'io.popen' (invalid mode '${mode}')`)
          if (command.includes('\0')) return failure('a command has no NUL', { kind: 'invalid' })
          const shell = shells.start({
            command,
            ...processOptions(options, { base, env }, 'io.popen', 3),
            pipe: mode === 'r' ? 'stdout' : 'stdin',
            onOutput: (stream, bytes) => output(stream, bytes, owner),
          })
          const { stdout, stdin, pid } = shell.child
          if (pid === undefined) return failure('/bin/sh could not be started', { kind: 'spawn_failed' })
          const ends = mode === 'r' ? { input: stdout! } : { output: stdin! }
          return files.add(vm, owner, new PipeFile({ name: command, shell, ...ends }))
        },
      }),
      tmpfile: defineFunction({
        doc: 'A file for reading and writing that is gone when it is closed.',
        returns: [{ name: 'file', type: ['any', 'nil'], luaType: 'file*?' }],
        failures: { not_found: 'there is no directory for temporary files; other kinds as with fs.write' },
        example: "local file <close> = io.tmpfile()\nfile:write('for now')",
        call: ({ vm, owner }) => attempt('make', 'a temporary file', () => files.add(vm, owner, openTemporary())),
      }),
      read_one: defineFunction({
        doc: '',
        hidden,
        args: [number, { name: 'format', type: ['integer', 'text'] }],
        returns: [{ type: ['bytes', 'nil'] }],
        yields: 'if-possible',
        call: ({ canWait }, id, format) => {
          const file = files.get(id)
          return attempt('read', file.name, () => file.read(format as Format, canWait))
        },
      }),
      write_bytes: defineFunction({
        doc: '',
        hidden,
        args: [number, { name: 'bytes', type: 'bytes' }],
        yields: 'if-possible',
        call: ({ owner, canWait }, id, bytes) =>
          on('write to', id, (file) => {
            const written = file.write(bytes, owner)
            return canWait ? written : undefined
          }),
      }),
      flush_file: defineFunction({
        doc: '',
        hidden,
        args: [number],
        call: (_, id) => on('write to', id, (file) => file.flush()) as PrimitiveResult,
      }),
      seek_file: defineFunction({
        doc: '',
        hidden,
        args: [number, { name: 'whence', type: 'text' }, { name: 'offset', type: 'integer' }],
        call: (_, id, whence, offset) => {
          if (whence !== 'set' && whence !== 'cur' && whence !== 'end') {
            throw new ArgumentError(`bad argument #1 to 'file:seek' (invalid option '${whence}')`)
          }
          return on('move in', id, (file) => file.seek(whence, offset)) as PrimitiveResult
        },
      }),
      buffer_file: defineFunction({
        doc: '',
        hidden,
        args: [number, { name: 'mode', type: 'text' }, { name: 'size', type: 'integer' }],
        call: (_, id, mode, size) => {
          if (mode !== 'no' && mode !== 'full' && mode !== 'line') {
            throw new ArgumentError(`bad argument #1 to 'file:setvbuf' (invalid option '${mode}')`)
          }
          return on('write to', id, (file) => file.setBuffering(mode, size)) as PrimitiveResult
        },
      }),
      close_file: defineFunction({
        doc: '',
        hidden,
        args: [number],
        yields: 'if-possible',
        call: ({ canWait }, id) =>
          on('close', id, (file) => {
            const exit = closing(file, () => files.forget(id))
            if (exit === undefined || !canWait) return true
            return exit.then(({ kind, code }) => results(kind === 'exit' && code === 0 ? true : undefined, kind, code))
          }),
      }),
      drop_file: defineFunction({ doc: '', hidden, args: [number], call: (_, id) => void files.drop(id) }),
      is_open: defineFunction({ doc: '', hidden, args: [number], call: (_, id) => files.has(id) }),
      name_of: defineFunction({ doc: '', hidden, args: [number], call: (_, id) => files.get(id).name }),
      open_count: defineFunction({ doc: '', hidden, call: () => files.count }),
      whose: defineFunction({ doc: '', hidden, call: ({ owner }) => owner }),
    },
    handles: { 'file*': { doc: 'An open file, pipe or process.', methods: IO_METHODS } },
    lua: IO_LUA,
    dispose: () => {
      files[Symbol.dispose]()
      shells[Symbol.dispose]()
    },
  })
}

/** Closes a file. It counts as closed once its process is over, and also when its last bytes could not be written. */
function closing(file: OpenFile, forget: () => void): ReturnType<OpenFile['close']> {
  if (file instanceof StandardFile) return file.close()
  let exit: ReturnType<OpenFile['close']>
  try {
    exit = file.close()
  } catch (error) {
    forget()
    throw error
  }
  if (exit === undefined) forget()
  else exit.then(forget, forget)
  return exit
}
