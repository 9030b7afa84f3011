import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { defineFunction, defineModule, failure, LuaError, type LuaModule } from '../../lua/vm/index.ts'
import { CATALOGUE } from '../catalogue/index.ts'
import type { HubContext } from '../types.ts'
import type { Callbacks } from './callbacks.ts'
import { parse } from './convert.ts'
import type { Loads } from './loads.ts'
import { errorFields, errorFrom, locatedMessage } from './lua-errors.ts'
import type { ModuleFiles } from './module-files.ts'

/** What the rest of the hub asks of Lua, or tells it. */
export type HubCallbacks = Callbacks<
  'command' | 'signal' | 'ptyhost_changed' | 'pty_output' | 'pty_output_wanted' | 'send_message'
>

const limits = z.strictObject({
  /** Run time without waiting. */
  budget_ms: z.number().positive().optional(),
  /** Waiting included. */
  deadline_ms: z.number().positive().optional(),
})

const limitsArgument = {
  name: 'limits',
  type: 'table',
  optional: true,
  doc: '{budget_ms, deadline_ms}: run time without giving way, and time with waiting, in milliseconds',
} as const

/** What botster's own Lua is built on and scripts rarely need: owners, budgets, module files, the hub's callbacks. */
export function runtimeModule(
  hub: () => HubContext,
  files: ModuleFiles,
  callbacks: HubCallbacks,
  loads: Loads,
): LuaModule {
  return defineModule({
    name: 'runtime',
    doc:
      'What botster’s own Lua is built on: owners, budgets, module files and the hub’s questions to Lua. Scripts use ' +
      '`hooks`, `loader` and `commands` instead.',
    functions: {
      run: defineFunction({
        doc: 'Runs `body` for `owner` in a coroutine of its own, within limits, and waits until it is over.',
        args: [{ name: 'owner', type: 'text' }, { name: 'body', type: 'function' }, limitsArgument],
        returns: [{ type: ['boolean', 'nil'] }],
        yields: true,
        failures: {
          runtime: 'it failed; other kinds as errors of Lua have them, with traceback, file and line',
        },
        call: async ({ vm, signal }, owner, body, given) => {
          using fn = body
          const onWait = () => loads.noteWait(owner)
          try {
            await vm.call(fn, [], { owner, signal, onWait, ...milliseconds(given, 'runtime.run') })
            return true
          } catch (error) {
            if (!(error instanceof LuaError)) throw error
            return failure(locatedMessage(error), errorFields(error))
          }
        },
      }),
      start: defineFunction({
        doc: 'Starts `body` for `owner` in a coroutine of its own: it runs until its first wait before this returns.',
        args: [
          { name: 'owner', type: 'text' },
          { name: 'body', type: 'function' },
          limitsArgument,
          {
            name: 'on_error',
            type: 'function',
            optional: true,
            luaType: 'fun(err: table)',
            doc: 'instead of a report',
          },
        ],
        call: ({ vm }, owner, body, given, onError) => {
          const options = { owner, ...milliseconds(given, 'runtime.start') }
          vm.call(body, [], options)
            .catch((error: unknown) => {
              if (error instanceof LuaError && error.kind === 'cancelled') return
              if (onError === undefined || onError.released || vm.closed) return vm.report(owner, error)
              if (!(error instanceof LuaError)) throw error
              vm.spawn(onError, [{ message: locatedMessage(error), ...errorFields(error) }])
            })
            .finally(() => {
              body[Symbol.dispose]()
              onError?.[Symbol.dispose]()
            })
            .catch((error: unknown) => vm.report(owner, error))
        },
      }),
      report: defineFunction({
        doc: 'Reports an error as `owner`’s: into the log, `botster status`, and before the eyes of attached clients.',
        args: [
          { name: 'owner', type: 'text' },
          { name: 'err', type: ['text', 'table'], doc: 'a message, or {message, traceback, kind}' },
        ],
        call: ({ vm }, owner, err) => {
          vm.report(owner, typeof err === 'string' ? new LuaError({ kind: 'runtime', message: err }) : errorFrom(err))
        },
      }),
      find_module: defineFunction({
        doc: 'Where `require` would find a module, or nil.',
        args: [{ name: 'name', type: 'text' }],
        returns: [{ type: ['text', 'nil'] }],
        call: (_, name) => files.find(name),
      }),
      compile: defineFunction({
        doc:
          'Compiles a Lua file for `owner`, once it has not changed for 50 ms: a file that is being written is never ' +
          'taken in half.',
        args: [
          { name: 'owner', type: 'text' },
          { name: 'path', type: 'text' },
          { name: 'not_empty', type: 'boolean', default: false, doc: 'a file with nothing in it is a failure' },
        ],
        returns: [{ type: ['function', 'nil'] }],
        yields: true,
        failures: { syntax: 'it is no Lua: file and line say where', unreadable: 'there is no such file' },
        call: async ({ vm, signal }, owner, path, notEmpty) => {
          const read = await files.readSettled(path, signal)
          if (!read.ok) return failure(read.failure.message, { kind: read.failure.code, path })
          if (notEmpty && Buffer.from(read.value).toString('latin1').trim() === '') {
            return failure(`${path}:1: the file is empty`, { kind: 'empty', path })
          }
          try {
            return vm.load(read.value, { chunkName: path, owner })
          } catch (error) {
            if (!(error instanceof LuaError)) throw error
            return failure(locatedMessage(error), { ...errorFields(error), path })
          }
        },
      }),
      load_begins: defineFunction({
        doc: 'Says that what runs as `owner` from now on is the load of a module, which may fail.',
        hidden: true,
        args: [{ name: 'owner', type: 'text' }],
        call: (_, owner) => {
          loads.begin(owner)
        },
      }),
      load_waits: defineFunction({
        doc: 'How often the load has waited so far: others may have run then.',
        hidden: true,
        args: [{ name: 'owner', type: 'text' }],
        returns: [{ type: 'integer' }],
        call: (_, owner) => loads.waits(owner),
      }),
      load_ended: defineFunction({
        doc: 'Says that the load is over, and how.',
        hidden: true,
        args: [
          { name: 'owner', type: 'text' },
          { name: 'succeeded', type: 'boolean' },
        ],
        call: (_, owner, succeeded) => {
          loads.end(owner, succeeded)
        },
      }),
      outdate_errors: defineFunction({
        doc: 'Says that what a module has reported so far is of a version that is no longer in use.',
        hidden: true,
        args: [{ name: 'module', type: 'text' }],
        call: (_, module) => {
          hub().errors.outdate(module)
        },
      }),
      described_hooks: defineFunction({
        doc: 'The hooks and events of the hub: {name, kind} each; kind is observer, interceptor, both or event.',
        returns: [{ type: 'list', luaType: '{name: string, kind: string}[]' }],
        call: () => CATALOGUE.flatMap(({ hooks }) => hooks.map(({ name, kind }) => ({ name, kind }))),
      }),
      time: defineFunction({
        doc: 'Seconds since 1970, with fractions.',
        returns: [{ type: 'number' }],
        call: () => Date.now() / 1000,
      }),
      clock: defineFunction({
        doc: 'Milliseconds of a clock that never goes back.',
        returns: [{ type: 'number' }],
        call: () => performance.now(),
      }),
      sleep: defineFunction({
        doc: 'Waits.',
        args: [{ name: 'seconds', type: 'number' }],
        yields: true,
        call: async ({ signal }, seconds) => {
          await delay(Math.max(0, seconds) * 1000, undefined, { signal })
        },
      }),
      on_command: defineFunction({
        doc: 'Answers commands of the hub’s clients: `callback(client_id, name, args)` → value | nil, message, err.',
        args: [{ name: 'callback', type: 'function' }],
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'command', owner, callback)
        },
      }),
      on_signal: defineFunction({
        doc: 'Calls `callback(signal)` for what sessions say besides their screen: {kind, session, …}.',
        args: [{ name: 'callback', type: 'function' }],
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'signal', owner, callback)
        },
      }),
      on_ptyhost_changed: defineFunction({
        doc: 'Calls `callback({reason, replaced, lost})` when the link to the ptyhost was interrupted and is whole again.',
        args: [{ name: 'callback', type: 'function' }],
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'ptyhost_changed', owner, callback)
        },
      }),
      on_send_message: defineFunction({
        doc: 'Answers `pty:send_message`: `callback(session_id, text, options, owner)` → outcome | nil, message, err.',
        args: [{ name: 'callback', type: 'function' }],
        call: ({ vm, owner }, callback) => {
          callbacks.set(vm, 'send_message', owner, callback)
        },
      }),
      on_pty_output: defineFunction({
        doc:
          'Lets `callback(context, data)` → data | nil change what forwarders send, while `wanted()` says that somebody ' +
          'wants that: only then are the bytes brought to Lua.',
        args: [
          { name: 'callback', type: 'function', luaType: 'fun(context: table, data: string): string?' },
          { name: 'wanted', type: 'function', luaType: 'fun(): boolean' },
        ],
        call: ({ vm, owner }, callback, wanted) => {
          callbacks.set(vm, 'pty_output', owner, callback)
          callbacks.set(vm, 'pty_output_wanted', owner, wanted)
        },
      }),
    },
  })
}

function milliseconds(given: unknown, where: string): { budgetMs?: number; deadlineMs?: number } {
  const { budget_ms, deadline_ms } = parse(limits, Array.isArray(given) ? {} : (given ?? {}), where, 3)
  return { budgetMs: budget_ms, deadlineMs: deadline_ms }
}
