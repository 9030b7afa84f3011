/** `watch`: tells scripts what changes on the disk. */
import { resolve } from 'node:path'
import { ArgumentError } from '../../vm/errors.ts'
import {
  defineFunction,
  defineModule,
  isLuaFunction,
  type LuaFunction,
  type LuaModule,
  type LuaTable,
  type LuaValue,
  type LuaVmApi,
} from '../../vm/index.ts'
import { typeOf } from '../web/options.ts'
import type { Change } from './batch.ts'
import { PathWatch } from './path-watch.ts'

/** Milliseconds a callback may run without giving way. */
const BUDGET_MS = 200
/** Seconds between two looks when polling. */
const DEFAULT_POLL_SECONDS = 2
const LEAST_POLL_SECONDS = 0.05
/** Changes told in one call: a checkout of a large branch comes in several. */
const MOST_CHANGES = 1000

export interface WatchOptions {
  /** Where relative paths start. */
  readonly base: string
}

interface DirectoryOptions {
  readonly recursive: boolean
  readonly pattern: string | undefined
  readonly ignore: ReadonlySet<string>
  readonly pollMs: number | undefined
}

export function watchModule({ base }: WatchOptions): LuaModule {
  const stops = new Map<number, () => void>()
  let lastId = 0

  const start = (vm: LuaVmApi, owner: string, path: string, fn: LuaFunction, options: DirectoryOptions): number => {
    const id = ++lastId
    const tell = (changes: Change[]) => {
      for (let at = 0; at < changes.length && !fn.released; at += MOST_CHANGES) {
        const events = changes.slice(at, at + MOST_CHANGES).map((change) => ({ ...change, watch_id: id }))
        vm.spawn(fn, [events], { owner, budgetMs: BUDGET_MS })
      }
    }
    const watch = new PathWatch({
      path,
      ...options,
      onChanges: tell,
      onError: (error) => vm.report(owner, new Error(`watching ${path}: ${error.message}`)),
    })
    const stop = () => {
      if (!stops.delete(id)) return
      forget()
      watch[Symbol.dispose]()
      fn[Symbol.dispose]()
    }
    const forget = vm.addDisposal(owner, stop)
    stops.set(id, stop)
    return id
  }

  const stop = (doc: string, example: string) =>
    defineFunction({
      doc,
      args: [{ name: 'id', type: 'integer' }],
      returns: [{ type: 'boolean', doc: 'false if there was none' }],
      example,
      call: (_, id) => {
        const known = stops.get(id)
        known?.()
        return known !== undefined
      },
    })

  return defineModule({
    name: 'watch',
    doc:
      'Tells what changes on the disk. Changes within 50 ms come together; what an editor does with temporary files to ' +
      'save one is one modification of that file. A path that does not exist is watched until it appears. A watch ends ' +
      'with the module or plugin that began it.',
    functions: {
      directory: defineFunction({
        doc: 'Calls a function with what changes below a directory. Options may also come before the function.',
        args: [
          { name: 'path', type: 'text' },
          {
            name: 'callback',
            type: ['function', 'table'],
            luaType: 'fun(events: WatchEvent[])',
            doc: 'gets a list of {path, kind, watch_id, from?}; its errors are reported',
          },
          {
            name: 'options',
            type: ['table', 'function'],
            optional: true,
            luaType: 'WatchOptions',
            doc: '{recursive = true, pattern?, ignore?, poll = false, poll_interval = 2}',
          },
        ],
        returns: [{ name: 'id', type: 'integer', doc: 'for stop' }],
        raises: {
          'path expected': 'for an empty path, or one with NUL',
          'list of names expected': 'for an `ignore` that is none',
          'more than 0 expected': 'for a `poll_interval` of 0 or less',
        },
        example:
          "local id = watch.directory('notes', function(events)\n" +
          '  for _, event in ipairs(events) do print(event.kind, event.path) end\n' +
          "end, { pattern = '*.md' })",
        call: ({ vm, owner }, path, second, third) => {
          const [fn, given] = isLuaFunction(second) ? [second, third] : [third, second]
          try {
            if (!isLuaFunction(fn)) throw wrong(2, `function expected, got ${typeOf(second)}`)
            if (path === '' || path.includes('\0')) throw wrong(1, `path expected, got ${JSON.stringify(path)}`)
            const options = optionsOf(given, isLuaFunction(second) ? 3 : 2)
            return start(vm, owner, resolve(base, path), fn, options)
          } catch (error) {
            for (const value of [second, third]) if (isLuaFunction(value)) value[Symbol.dispose]()
            throw error
          }
        },
      }),
      stop: stop('Ends a watch.', 'watch.stop(id)'),
      unwatch: stop('The same as `stop`.', 'watch.unwatch(id)'),
    },
    types: {
      WatchEvent: {
        doc: 'Something that changed.',
        fields: {
          path: 'string # absolute',
          kind: '"create"|"modify"|"delete"|"rename"',
          from: 'string? # where a renamed file was before',
          watch_id: 'integer',
        },
      },
      WatchOptions: {
        doc: 'How to watch.',
        fields: {
          recursive: 'boolean? # also what is in directories below; default true',
          pattern: 'string? # glob for the last part of the path, such as "*.lua"',
          ignore: 'string[]? # names of files and directories that are not looked at, such as ".git"',
          poll: 'boolean? # look at the files instead of being told: for disks that do not tell; default false',
          poll_interval: 'number? # seconds between two looks; default 2',
        },
      },
    },
    dispose: () => {
      for (const end of [...stops.values()]) end()
    },
  })
}

function optionsOf(given: LuaValue, position: number): DirectoryOptions {
  if (isLuaFunction(given)) throw wrong(position, 'table expected, got function')
  const { recursive, pattern, ignore = [], poll, poll_interval: seconds } = (given ?? {}) as LuaTable
  const check = (name: string, value: LuaValue, type: 'boolean' | 'string' | 'number') => {
    if (value !== undefined && typeof value !== type)
      throw wrong(position, `${name}: ${type} expected, got ${typeOf(value)}`)
  }
  check('recursive', recursive, 'boolean')
  check('pattern', pattern, 'string')
  check('poll', poll, 'boolean')
  check('poll_interval', seconds, 'number')
  const names = Object.values(ignore ?? {})
  if (typeof ignore !== 'object' || !names.every((name) => typeof name === 'string')) {
    const other = names.find((name) => typeof name !== 'string')
    const got = typeof ignore === 'object' ? `a list with a ${typeOf(other)}` : typeOf(ignore)
    throw wrong(position, `ignore: list of names expected, got ${got}`)
  }
  const interval = (seconds as number | undefined) ?? DEFAULT_POLL_SECONDS
  if (!(interval > 0 && Number.isFinite(interval)))
    throw wrong(position, `poll_interval: more than 0 expected, got ${interval}`)
  return {
    recursive: recursive !== false,
    pattern: pattern as string | undefined,
    ignore: new Set(names as string[]),
    pollMs: poll === true ? Math.max(interval, LEAST_POLL_SECONDS) * 1000 : undefined,
  }
}

function wrong(position: number, problem: string): ArgumentError {
  return new ArgumentError(`bad argument #${position} to 'watch.directory' (${problem})`)
}
