/** `os` for trusted code: what every script has (lua/vm/os.ts), and what reaches files and processes. */
import { renameSync, writeFileSync } from 'node:fs'
import { ArgumentError } from '../vm/errors.ts'
import { defineFunction, defineModule, failure, LuaError, type LuaModule, results } from '../vm/index.ts'
import { osModule } from '../vm/os.ts'
import { remove } from './fs/entries.ts'
import { attempt } from './fs/failures.ts'
import { absolute, bytePath, forSystem } from './fs/paths.ts'
import { temporaryName } from './io/open.ts'
import type { OutputSink } from './io/standard-file.ts'
import { type ProcessPlace, processOptions, processOptionsArgument } from './processes/options.ts'
import type { Exit, Shell } from './processes/shell.ts'
import { Shells } from './processes/shells.ts'

export interface SystemOptions extends ProcessPlace {
  /** Receives what the processes write that scripts start. */
  readonly output: OutputSink
}

export function systemModule({ base, env, output }: SystemOptions): LuaModule {
  const asking = osModule(env)
  const directory = bytePath(base)
  const shells = new Shells()
  return defineModule({
    ...asking,
    doc: 'Time, date and environment; files and processes. What waits does so without blocking anything.',
    functions: {
      ...asking.functions,
      execute: defineFunction({
        doc:
          'Runs a command of /bin/sh and waits for its end. Without a command, says whether there is a shell. What it ' +
          'writes goes to the hub’s log. It is ended when whoever started it is unloaded.',
        args: [{ name: 'command', type: 'text', optional: true }, processOptionsArgument],
        returns: [
          { name: 'ok', type: ['boolean', 'nil'], doc: 'true for exit code 0' },
          { type: 'text', luaType: '"exit"|"signal"' },
          { name: 'code', type: 'integer', doc: 'exit code, or number of the signal' },
        ],
        yields: 'if-possible',
        sandbox: false,
        failures: {
          timeout: 'it took too long, and was ended',
          spawn_failed: 'it could not be started, as in a directory that is not there',
          invalid: 'the command has NUL in it',
        },
        raises: { 'Lua cannot wait here': 'where it cannot', 'seconds expected': 'for a timeout that is none' },
        example: "local ok, how, code = os.execute('exit 3', { timeout = 10 })",
        call: ({ owner, signal, canWait }, command, given) => {
          if (command === undefined) return true
          const options = processOptions(given, { base, env }, 'os.execute', 2)
          if (!canWait) throw new Error("'os.execute' waits, and Lua cannot wait here")
          if (command.includes('\0')) return failure('a command has no NUL', { kind: 'invalid' })
          const onOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => output(stream, bytes, owner)
          return executed(shells.start({ command, ...options, onOutput }), signal)
        },
      }),
      remove: defineFunction({
        doc: 'Deletes a file, or a directory that is empty.',
        args: [{ name: 'path', type: 'bytes' }],
        returns: [{ type: ['boolean', 'nil'] }],
        sandbox: false,
        failures: { not_found: 'nothing is there', not_empty: 'it is a directory with something in it' },
        example: "os.remove('notes.txt')",
        call: (_, path) =>
          attempt('remove', Buffer.from(path).toString(), () => {
            remove({ path: absolute(directory, path) })
            return true
          }) as boolean,
      }),
      rename: defineFunction({
        doc: 'Moves a file or a directory; a file that is there is replaced.',
        args: [
          { name: 'from', type: 'bytes' },
          { name: 'to', type: 'bytes' },
        ],
        returns: [{ type: ['boolean', 'nil'] }],
        sandbox: false,
        failures: { not_found: 'nothing is there to be moved', is_directory: 'a directory is at the destination' },
        example: "os.rename('notes.txt', 'old.txt')",
        call: (_, from, to) =>
          attempt('rename', `${Buffer.from(from)} to ${Buffer.from(to)}`, () => {
            renameSync(forSystem(absolute(directory, from)), forSystem(absolute(directory, to)))
            return true
          }) as boolean,
      }),
      tmpname: defineFunction({
        doc: 'The path of a new empty file for temporary things. Whoever asks removes it.',
        returns: [{ name: 'path', type: ['text', 'nil'] }],
        sandbox: false,
        failures: { not_found: 'there is no directory for temporary files' },
        example: 'local path = os.tmpname()\nos.remove(path)',
        call: () => {
          const path = temporaryName()
          return attempt('make', path, () => {
            writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
            return path
          }) as string
        },
      }),
      setlocale: defineFunction({
        doc: 'There is one locale, "C": it is returned when it is asked for, and nil for any other.',
        args: [
          { name: 'locale', type: 'text', optional: true },
          { name: 'category', type: 'text', default: 'all' },
        ],
        returns: [{ type: ['text', 'nil'] }],
        sandbox: false,
        raises: { 'invalid option': 'for a category that is none' },
        example: "assert(os.setlocale() == 'C')",
        call: (_, locale, category) => {
          if (!['all', 'collate', 'ctype', 'monetary', 'numeric', 'time'].includes(category)) {
            throw new ArgumentError(`bad argument #2 to 'os.setlocale' (invalid option '${category}')`)
          }
          return locale === undefined || ['', 'C', 'POSIX'].includes(locale) ? 'C' : undefined
        },
      }),
      exit: defineFunction({
        doc: 'Ends the script, never the hub: it raises an error of kind "exit" with the code.',
        args: [
          { name: 'code', type: ['boolean', 'integer'], default: true },
          { name: 'close', type: 'boolean', optional: true },
        ],
        sandbox: false,
        raises: { 'the script ended itself': 'always, as an error with kind `exit` and `code`' },
        example: 'local ok, err = pcall(os.exit, 3)\nassert(err.kind == "exit" and err.code == 3)',
        call: (_, code) => {
          const number = code === true ? 0 : code === false ? 1 : code
          const message = `the script ended itself with os.exit(${number})`
          throw new LuaError({ kind: 'exit', message, value: { kind: 'exit', message, code: number } })
        },
      }),
    },
    dispose: () => shells[Symbol.dispose](),
  })
}

async function executed(shell: Shell, signal: AbortSignal) {
  const end = () => shell[Symbol.dispose]()
  signal.addEventListener('abort', end, { once: true })
  try {
    const { kind, code }: Exit = await shell.exit
    if (shell.timedOut) return failure('the command took too long and was ended', { kind: 'timeout' })
    return results(kind === 'exit' && code === 0 ? true : undefined, kind, code)
  } catch (error) {
    return failure(`/bin/sh could not be started: ${(error as Error).message}`, { kind: 'spawn_failed' })
  } finally {
    signal.removeEventListener('abort', end)
  }
}
