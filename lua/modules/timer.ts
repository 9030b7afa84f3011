/** `timer`: calls back later. */
import { ArgumentError } from '../vm/errors.ts'
import { defineFunction, defineModule, type LuaFunction, type LuaModule, type LuaVmApi } from '../vm/index.ts'
import { Turns } from './turns.ts'

/** Milliseconds a callback may run without giving way. */
const BUDGET = 200
/** Milliseconds between two runs of a repeating timer, at least. */
const LEAST_INTERVAL = 1
/** Milliseconds that setTimeout can take; longer waits are made of several. */
const MOST_TIMEOUT = 2 ** 31 - 1

interface Timer {
  readonly stop: () => void
}

export function timerModule(): LuaModule {
  const timers = new Map<number, Timer>()
  const turns = new Turns()
  let lastId = 0

  const start = (vm: LuaVmApi, owner: string, fn: LuaFunction, milliseconds: number, repeats: boolean): number => {
    const id = ++lastId
    let handle: NodeJS.Timeout | undefined
    let isRunning = false
    const wait = (left: number) => {
      handle = setTimeout(
        () => (left > MOST_TIMEOUT ? wait(left - MOST_TIMEOUT) : fire()),
        Math.min(left, MOST_TIMEOUT),
      )
    }
    const fire = () => {
      if (repeats) wait(milliseconds)
      // A run that still waits for something is not joined by a second one.
      if (isRunning) return
      isRunning = true
      turns.run(call)
    }
    const call = () => {
      if (!timers.has(id)) return // cancelled meanwhile
      const run = vm.call(fn, [], { owner, budgetMs: BUDGET })
      if (!repeats) stop()
      run
        .catch((error: unknown) => vm.report(owner, error))
        .finally(() => {
          isRunning = false
        })
    }
    const stop = () => {
      clearTimeout(handle)
      timers.delete(id)
      forget()
      fn[Symbol.dispose]()
    }
    let forget = () => {}
    try {
      forget = vm.addDisposal(owner, stop)
    } catch (error) {
      fn[Symbol.dispose]()
      throw error
    }
    timers.set(id, { stop })
    wait(milliseconds)
    return id
  }

  const seconds = { name: 'seconds', type: 'number', doc: 'fractions allowed' } as const
  const callback = {
    name: 'callback',
    type: 'function',
    luaType: 'fun()',
    doc: 'its errors are logged, and a repeating timer goes on',
  } as const
  const returns = [{ name: 'id', type: 'integer', doc: 'for cancel' }] as const
  const raises = { 'seconds from 0 on expected': 'for less than that, and for nan and infinity' }
  return defineModule({
    name: 'timer',
    doc: 'Calls functions later. Timers end with the module or plugin that started them. A callback may wait.',
    sandbox: true,
    functions: {
      after: defineFunction({
        doc: 'Calls a function once, after so many seconds.',
        args: [seconds, callback],
        returns,
        raises,
        example: "timer.after(1.5, function() log.info('later') end)",
        call: ({ vm, owner }, delay, fn) => start(vm, owner, fn, checked('timer.after', delay, fn), false),
      }),
      every: defineFunction({
        doc: 'Calls a function again and again, every so many seconds; a run that takes longer makes it skip.',
        args: [seconds, callback],
        returns,
        raises,
        example: 'local id = timer.every(60, function() collectgarbage() end)',
        call: ({ vm, owner }, interval, fn) =>
          start(vm, owner, fn, Math.max(LEAST_INTERVAL, checked('timer.every', interval, fn)), true),
      }),
      cancel: defineFunction({
        doc: 'Stops a timer.',
        args: [{ name: 'id', type: 'integer' }],
        returns: [{ type: 'boolean', doc: 'false if there was none' }],
        example: "local id = timer.after(60, function() log.info('too late') end)\ntimer.cancel(id)",
        call: (_, id) => {
          const timer = timers.get(id)
          timer?.stop()
          return timer !== undefined
        },
      }),
    },
  })
}

/** Seconds as milliseconds. */
function checked(name: string, seconds: number, fn: LuaFunction): number {
  if (seconds >= 0 && Number.isFinite(seconds)) return seconds * 1000
  fn[Symbol.dispose]()
  throw new ArgumentError(`bad argument #1 to '${name}' (seconds from 0 on expected, got ${seconds})`)
}
