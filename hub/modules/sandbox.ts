import { join } from 'node:path'
import {
  defineFunction,
  defineModule,
  failure,
  LuaError,
  type LuaFunction,
  type LuaModule,
  type LuaValue,
  type LuaVmApi,
  results,
} from '../../lua/vm/index.ts'
import { configDirectory, packageRoot } from '../../protocol/paths.ts'
import { MOST_SOURCE_BYTES } from '../improvements/limits.ts'
import { Sandbox, type SandboxEnd } from '../improvements/sandbox.ts'
import { hubMachine } from '../lua-machine.ts'
import type { HubContext } from '../types.ts'
import { errorFields, locatedMessage, moduleOf } from './lua-errors.ts'
import type { ModuleFiles } from './module-files.ts'

/** Milliseconds an improvement's question may keep the hub's Lua busy: they are all short. */
const QUESTION_BUDGET_MS = 50

/** Where improvements run, for lua/hub/improvements.lua: a thread of their own, which everything enters and leaves as a copy. */
export function sandboxModule(hub: () => HubContext, files: ModuleFiles): LuaModule {
  /** Number of an improvement in the sandbox → owner of that load. */
  const owners = new Map<number, string>()
  let sandbox: Sandbox | undefined
  let ended: { readonly vm: LuaVmApi; readonly fn: LuaFunction } | undefined

  const onEnd = ({ message, culprit, ids }: SandboxEnd) => {
    if (ended === undefined || ended.fn.released || ended.vm.closed) return
    const names = ids.map((id) => owners.get(id)).filter((owner) => owner !== undefined)
    const guilty = culprit === undefined ? undefined : owners.get(culprit)
    ended.vm.spawn(ended.fn, [message, names, guilty], { owner: 'hub' })
  }

  const open = (): Sandbox => {
    const { luaPath } = hubMachine(hub())
    const place = { directory: join(luaPath, 'improvements'), configDirectory: configDirectory(), luaPath }
    sandbox ??= new Sandbox({ place, workerPath: workerPath(), onEnd })
    return sandbox
  }

  /** Makes room for an improvement, which ends with its owner. */
  const add = (vm: LuaVmApi, owner: string, serve: LuaFunction): number => {
    const name = moduleOf(owner)
    const id: number = open().add({
      name,
      ask: (op, args) => vm.call(serve, [id, op, ...args], { owner, budgetMs: QUESTION_BUDGET_MS }),
      log: (level, message) => hub().log[level]({ owner: name }, message),
      report: (error) => vm.report(owner, error),
    })
    owners.set(id, owner)
    vm.addDisposal(owner, () => {
      sandbox?.unload(id)
      owners.delete(id)
      serve[Symbol.dispose]()
    })
    return id
  }

  return defineModule({
    name: 'sandbox',
    doc:
      'Where improvements run: a thread of its own, in which each has a Lua VM of its own. Everything enters and leaves it ' +
      'as a copy. For botster’s own Lua; scripts use `loader.load_sandboxed`.',
    functions: {
      run: defineFunction({
        doc:
          'Runs a Lua file in the sandbox, for the current owner, and waits until it has run. What it wants of the hub ' +
          'then and later, `serve(id, op, ...)` answers or refuses with an error.',
        args: [
          { name: 'path', type: 'text' },
          { name: 'serve', type: 'function', luaType: 'fun(id: integer, op: string, ...: any): any' },
        ],
        returns: [{ type: ['boolean', 'nil'] }],
        yields: true,
        failures: {
          unreadable: 'there is no such file',
          too_long: 'it is longer than a script can be',
          runtime: 'it failed; other kinds as errors of Lua have them, with `err.traceback`',
        },
        example: "local ok, problem = sandbox.run(path, function(id, op) error(op .. ' is not for you') end)",
        call: async ({ vm, owner, signal }, path, serve) => {
          try {
            const read = await files.readSettled(path, signal)
            if (!read.ok) return failure(read.failure.message, { kind: read.failure.code, path })
            if (read.value.length > MOST_SOURCE_BYTES) {
              return failure(`${path} is longer than ${MOST_SOURCE_BYTES} bytes`, { kind: 'too_long', path })
            }
            const id = add(vm, owner, serve)
            await open().load(id, path, read.value)
            return true
          } catch (error) {
            if (!(error instanceof LuaError)) throw error
            return failure(locatedMessage(error), { ...errorFields(error), path })
          }
        },
      }),
      call: defineFunction({
        doc: 'Calls a function that an improvement has registered, with copies, and waits for copies of its results. What it raises is raised.',
        args: [
          { name: 'id', type: 'integer' },
          { name: 'fn', type: 'integer' },
        ],
        variadic: { type: 'any' },
        returns: [{ type: 'any' }],
        yields: true,
        example: 'local answer = sandbox.call(id, fn, { branch = "main" })',
        call: async (_, id, fn, ...args: LuaValue[]) => results(...((await sandbox?.call(id, fn, args)) ?? [])),
      }),
      on_end: defineFunction({
        doc:
          'Calls `callback(message, owners, culprit)` when improvements have ended by themselves: one that took too much ' +
          'time, or all of them with their thread.',
        args: [{ name: 'callback', type: 'function' }],
        example: 'sandbox.on_end(function(message, owners) log.warn(message) end)',
        call: ({ vm }, callback) => {
          ended?.fn[Symbol.dispose]()
          ended = { vm, fn: callback }
        },
      }),
    },
    dispose: () => sandbox?.[Symbol.dispose](),
  })
}

function workerPath(): string {
  const fromSources = import.meta.filename.endsWith('.ts')
  return join(packageRoot(), fromSources ? 'hub/improvements/worker.ts' : 'dist/improvements.js')
}
