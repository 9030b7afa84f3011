import { type Command, InvalidArgumentError } from 'commander'
import { defineCommand } from '../command.ts'
import { CommandFailed } from '../usage.ts'

interface LuaOptions {
  readonly eval?: string
  readonly timeout?: number
  readonly list?: boolean
}

export function command(): Command {
  return defineCommand('lua')
    .description('run Lua in the hub: a script, some code, or line by line')
    .argument('[file]', 'script to run; - reads it from stdin')
    .argument('[args...]', 'what it gets as ... and arg[1], arg[2], …')
    .option('-e, --eval <code>', 'run this code and print what it returns')
    .option('--timeout <seconds>', 'stop it after so long (default: it may run for ever)', seconds)
    .option('--list', 'print all modules and functions')
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Without a file or -e: reads Lua line by line, with history and completion (tab). Ctrl+c stops what runs, ctrl+d leaves.

It runs in the hub of this repository, with all its modules; where no hub runs, in this process, without those that are
the hub's. Global variables last as long as the command, and what a script registers (timers, handlers) ends with it.
Relative paths are the hub's; arg.cwd is your directory.

Examples:
  botster lua -e 'worktree.list()'
  botster lua report.lua --since yesterday
  botster lua --list | grep timer`,
    )
    .action(lua)
}

async function lua(file: string | undefined, args: string[], options: LuaOptions): Promise<void> {
  if (options.list) {
    const { listModules } = await import('../lua/list.ts')
    const { print } = await import('../output.ts')
    print(...listModules())
    return
  }
  const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1000
  const cwd = process.cwd()
  if (options.eval !== undefined) {
    // There is no file then: every argument is the code's.
    const all = file === undefined ? args : [file, ...args]
    await run({ source: options.eval, chunkName: '(command line)', args: all, cwd, show: 'plain', timeoutMs })
  } else if (file !== undefined && file !== '-') {
    await run({ source: await read(file), chunkName: file, args, cwd, show: 'nothing', timeoutMs })
  } else if (file === '-' || !process.stdin.isTTY) {
    const { buffer } = await import('node:stream/consumers')
    await run({ source: await buffer(process.stdin), chunkName: 'stdin', args, cwd, show: 'nothing', timeoutMs })
  } else {
    await converse(cwd, timeoutMs)
  }
}

async function run(request: Parameters<typeof import('../lua/run-script.ts')['runScript']>[1]): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { openConsole } = await import('../lua/console.ts')
  const { runScript } = await import('../lua/run-script.ts')
  using console = await openConsole(await findPlace(), ({ stream, text }) => {
    ;(stream === 'output' ? process.stdout : process.stderr).write(text)
  })
  process.exitCode = await runScript(console, request)
}

async function converse(cwd: string, timeoutMs: number | undefined): Promise<void> {
  const { join } = await import('node:path')
  const { configDirectory } = await import('../../protocol/paths.ts')
  const { findPlace } = await import('../place.ts')
  const { openConsole } = await import('../lua/console.ts')
  const { History } = await import('../lua/history.ts')
  const { Repl } = await import('../lua/repl.ts')
  const { NO_HUB } = await import('../lua/run-script.ts')
  const place = await findPlace()
  const history = new History(join(configDirectory(), 'lua-history'))
  const repl = new Repl({ input: process.stdin, output: process.stdout, history, cwd, timeoutMs })
  using console = await openConsole(place, (output) => repl.print(output))
  const where = console.hasHub ? `in the hub of ${place.root}` : NO_HUB
  process.stdout.write(`Lua 5.4, ${where}. Ctrl+c stops what runs, ctrl+d leaves.\n`)
  process.exitCode = await repl.run(console)
}

async function read(file: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises')
  try {
    return await readFile(file)
  } catch (error) {
    const { fileFailure } = await import('../../lua/modules/fs/failures.ts')
    throw new CommandFailed(fileFailure('read', file, error).message, { cause: error })
  }
}

function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1e6)) throw new InvalidArgumentError('It must be a positive number of seconds.')
  return value
}
