import { luaRoots } from '../../hub/lua-roots.ts'
import { ModuleFiles } from '../../hub/modules/module-files.ts'
import { LuaConsole } from '../../lua/console/console.ts'
import { Outbox } from '../../lua/console/outbox.ts'
import { standaloneModules } from '../../lua/modules/standalone.ts'
import { LuaVm } from '../../lua/vm/index.ts'
import type { LuaOutput } from '../../protocol/messages/lua.ts'
import { configDirectory } from '../../protocol/paths.ts'
import type { Console } from './console.ts'

/** Whose scripts are where there is nobody else. */
const OWNER = 'repl'

/** A console in a VM of its own, in this process. */
export async function openPrivateConsole(onOutput: (output: LuaOutput) => void): Promise<Console> {
  const outbox = new Outbox({
    send: onOutput,
    queued: () => process.stdout.writableLength + process.stderr.writableLength,
    closed: () => false,
  })
  const roots = luaRoots()
  const files = new ModuleFiles(roots)
  const modules = standaloneModules({
    base: process.cwd(),
    env: process.env,
    configDirectory: configDirectory(),
    luaPath: roots[0] ?? '',
    log: (level, message) => outbox.add('error', `${level}: ${message}\n`),
    output: (stream, bytes) => opened.write(stream, bytes),
  })
  const vm = await LuaVm.create({
    name: 'botster lua',
    modules,
    resolveModule: (name) => files.resolve(name),
    print: (text, _, bytes) => opened.print(text, bytes),
    onError: (report) => opened.report(report),
  })
  const opened = new LuaConsole({ vm, owner: OWNER, outbox, modules })
  return {
    hasHub: false,
    run: (request) => opened.run(request),
    cancel: () => opened.cancel(),
    complete: async (text) => opened.complete(text),
    [Symbol.dispose]: () => vm.close(),
  }
}
