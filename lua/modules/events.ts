/** `events`: named events between JavaScript and Lua, and between scripts. */
import {
  defineFunction,
  defineModule,
  type LuaFunction,
  type LuaModule,
  type LuaReference,
  type LuaValue,
  type LuaVmApi,
} from '../vm/index.ts'

/** Milliseconds a handler may run without giving way. */
const BUDGET = 200
/** Milliseconds a timer of Node can count. */
const MAX_TIMER_MS = 2 ** 31 - 1

interface Handler {
  readonly id: number
  readonly vm: LuaVmApi
  readonly owner: string
  readonly fn: LuaFunction
  readonly off: () => void
}

export interface Events {
  readonly module: LuaModule
  /** Calls the handlers of an event, in the order they were registered; each runs until its first wait. Returns how many. */
  emit(name: string, data?: LuaValue): number
  /** Whether anybody listens: saves making data nobody wants. */
  has(name: string): boolean
}

export function createEvents(): Events {
  const byEvent = new Map<string, Handler[]>()
  const byId = new Map<number, Handler>()
  const waiting: Waiting = new Map()
  let lastId = 0

  const on = (vm: LuaVmApi, owner: string, event: string, fn: LuaFunction): number => {
    const id = ++lastId
    const off = () => {
      byId.delete(id)
      // A new array, since one that is being gone through must not shift.
      const left = (byEvent.get(event) ?? []).filter((handler) => handler.id !== id)
      if (left.length === 0) byEvent.delete(event)
      else byEvent.set(event, left)
      forget()
      fn[Symbol.dispose]()
    }
    const forget = vm.addDisposal(owner, off)
    const handler = { id, vm, owner, fn, off }
    byId.set(id, handler)
    byEvent.set(event, [...(byEvent.get(event) ?? []), handler])
    return id
  }

  const emit = (name: string, data?: LuaValue): number => {
    for (const wake of waiting.get(name) ?? []) wake()
    let count = 0
    for (const handler of byEvent.get(name) ?? []) {
      // Taken off by a handler before it.
      if (!byId.has(handler.id)) continue
      handler.vm.spawn(handler.fn, [data], { owner: handler.owner, budgetMs: BUDGET })
      count++
    }
    return count
  }
  const has = (name: string) => byEvent.has(name)

  const event = { name: 'event', type: 'text' } as const
  const module = defineModule({
    name: 'events',
    doc: 'Named events. Handlers go with the module or plugin that registered them; one that fails is logged and does not keep the others from running. A handler may wait; `emit` does not wait for it.',
    sandbox: true,
    functions: {
      on: defineFunction({
        doc: 'Calls a function whenever an event is emitted.',
        args: [event, { name: 'handler', type: 'function', luaType: 'fun(data: any)' }],
        returns: [{ name: 'id', type: 'integer', doc: 'for off' }],
        example: "events.on('process_exited', function(e) log.info(e.agent_key) end)",
        call: ({ vm, owner }, name, fn) => on(vm, owner, name, fn),
      }),
      off: defineFunction({
        doc: 'Takes a handler off.',
        args: [{ name: 'id', type: 'integer' }],
        returns: [{ type: 'boolean', doc: 'false if there was none' }],
        example: "local id = events.on('deployed', print)\nevents.off(id)",
        call: (_, id) => {
          const handler = byId.get(id)
          handler?.off()
          return handler !== undefined
        },
      }),
      wait: defineFunction({
        doc: 'Waits until an event is emitted by somebody, with any data: look again at what you wait for, and wait again.',
        args: [
          event,
          { name: 'seconds', type: 'number', optional: true, doc: 'at most this long; without limit when nil' },
        ],
        returns: [{ type: 'boolean', doc: 'false when the time was over first' }],
        yields: true,
        example: "timer.after(0.01, function() events.emit('deployed') end)\nlocal heard = events.wait('deployed', 5)",
        call: ({ signal }, name, seconds) => waitFor(waiting, name, seconds, signal),
      }),
      has: defineFunction({
        doc: 'Whether anybody listens to an event.',
        args: [event],
        returns: [{ type: 'boolean' }],
        example: "if events.has('deployed') then events.emit('deployed', {version = '1.2'}) end",
        call: (_, name) => has(name),
      }),
      emit: defineFunction({
        doc: 'Emits an event. Handlers get the data itself, not a copy.',
        args: [event, { name: 'data', type: 'reference', optional: true, luaType: 'any' }],
        returns: [{ name: 'count', type: 'integer', doc: 'handlers called' }],
        example: "events.emit('deployed', {version = '1.2'})",
        call: (_, name, data) => {
          const count = emit(name, data)
          // Each handler has it by now.
          if (isReference(data)) data[Symbol.dispose]()
          return count
        },
      }),
    },
  })
  return { module, emit, has }
}

type Waiting = Map<string, Set<() => void>>

/** True once the event is emitted, false after that many seconds. Leaves nothing behind however it ends. */
async function waitFor(
  waiting: Waiting,
  name: string,
  seconds: number | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const wake = () => resolve(true)
  const abort = () => reject(signal.reason as Error)
  const ms = Math.min(Math.max(0, seconds ?? 0) * 1000, MAX_TIMER_MS)
  const timer = seconds === undefined ? undefined : setTimeout(() => resolve(false), ms)
  const wakers = waiting.get(name) ?? new Set()
  waiting.set(name, wakers.add(wake))
  signal.addEventListener('abort', abort)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    wakers.delete(wake)
    if (wakers.size === 0 && waiting.get(name) === wakers) waiting.delete(name)
  }
}

function isReference(value: LuaValue): value is LuaReference {
  return typeof value === 'object' && value !== null && Symbol.dispose in value
}
