/** `hooks`, `events` and `hub` as improvements have them: each call is a question to the hub, which may refuse it. */
import {
  type AnyFunctionSpec,
  defineFunction,
  defineModule,
  isLuaFunction,
  type LuaFunction,
  type LuaModule,
  type LuaValue,
  results,
} from '../../lua/vm/index.ts'
import { MOST_MESSAGE_BYTES, MOST_MESSAGE_VALUES, MOST_REGISTRATIONS } from './limits.ts'

/** Asks the hub for `op` and gives its results. Rejects with what the hub says against it. */
export type Ask = (op: string, args: LuaValue[]) => Promise<LuaValue[]>

/** The functions that an improvement has given to the hub, by number. */
export class Receivers {
  readonly #functions = new Map<number, LuaFunction>()
  /** What each was registered as: registering the same again replaces it. */
  readonly #names = new Map<string, number>()
  #last = 0

  get(number: number): LuaFunction | undefined {
    return this.#functions.get(number)
  }

  /** Takes a function over. @throws Error when there are too many */
  add(fn: LuaFunction): number {
    if (this.#functions.size >= MOST_REGISTRATIONS) {
      fn[Symbol.dispose]()
      throw new Error(`an improvement may have ${MOST_REGISTRATIONS} hooks and handlers`)
    }
    this.#functions.set(++this.#last, fn)
    return this.#last
  }

  name(name: string, number: number): void {
    this.forget(name)
    this.#names.set(name, number)
  }

  forget(name: string): void {
    const number = this.#names.get(name)
    this.#names.delete(name)
    if (number !== undefined) this.drop(number)
  }

  drop(number: number): void {
    this.#functions.get(number)?.[Symbol.dispose]()
    this.#functions.delete(number)
  }
}

export function borderModules(ask: Ask, receivers: Receivers): readonly LuaModule[] {
  return [hooksModule(ask, receivers), eventsModule(ask, receivers), hubModule(ask)]
}

function hooksModule(ask: Ask, receivers: Receivers): LuaModule {
  const register = (op: string): AnyFunctionSpec =>
    defineFunction({
      doc: 'As in the hub; the hook belongs to the improvement.',
      args: [
        { name: 'event', type: 'text' },
        { name: 'name', type: 'text' },
        { name: 'fn', type: 'function' },
        { name: 'options', type: 'table', optional: true },
      ],
      yields: true,
      call: async (_, event, name, fn, options) => {
        await registered(receivers, fn, async (number) => {
          await ask(op, [event, name, number, options])
          return `${op} ${event} ${name}`
        })
      },
    })
  const remove = (op: string, registration: string): AnyFunctionSpec =>
    defineFunction({
      doc: 'As in the hub, for the improvement’s own hooks.',
      args: [
        { name: 'event', type: 'text' },
        { name: 'name', type: 'text' },
      ],
      returns: [{ type: 'boolean' }],
      yields: true,
      call: async (_, event, name) => {
        const answer = await ask(op, [event, name])
        receivers.forget(`${registration} ${event} ${name}`)
        return results(...answer)
      },
    })
  return defineModule({
    name: 'hooks',
    doc: 'Hooks across the border.',
    functions: {
      on: register('hooks.on'),
      off: remove('hooks.off', 'hooks.on'),
      intercept: register('hooks.intercept'),
      unintercept: remove('hooks.unintercept', 'hooks.intercept'),
      ...Object.fromEntries(
        ['notify', 'call', 'has_observers', 'has_interceptors', 'enable', 'disable', 'list', 'list_events'].map(
          (name) => [name, question(ask, `hooks.${name}`)],
        ),
      ),
    },
  })
}

function eventsModule(ask: Ask, receivers: Receivers): LuaModule {
  return defineModule({
    name: 'events',
    doc: 'Events across the border.',
    functions: {
      on: defineFunction({
        doc: 'As in the hub.',
        args: [
          { name: 'event', type: 'text' },
          { name: 'handler', type: 'function' },
        ],
        returns: [{ type: 'integer' }],
        yields: true,
        call: async (_, event, fn) => {
          let id: LuaValue
          await registered(receivers, fn, async (number) => {
            id = (await ask('events.on', [event, number]))[0]
            return `events.on ${String(id)}`
          })
          return id
        },
      }),
      off: defineFunction({
        doc: 'As in the hub, for the improvement’s own handlers.',
        args: [{ name: 'id', type: 'integer' }],
        returns: [{ type: 'boolean' }],
        yields: true,
        call: async (_, id) => {
          const answer = await ask('events.off', [id])
          receivers.forget(`events.on ${id}`)
          return results(...answer)
        },
      }),
      has: question(ask, 'events.has'),
      emit: question(ask, 'events.emit'),
    },
  })
}

function hubModule(ask: Ask): LuaModule {
  return defineModule({
    name: 'hub',
    doc: 'What improvements may know of the hub.',
    functions: { get_worktrees: question(ask, 'hub.get_worktrees') },
  })
}

/** Plain values over, plain values back. */
function question(ask: Ask, op: string): AnyFunctionSpec {
  return defineFunction({
    doc: 'As in the hub.',
    variadic: { type: 'any' },
    returns: [{ type: 'any' }],
    yields: true,
    call: async (_, ...args: LuaValue[]) => {
      const functions = args.filter(isLuaFunction)
      for (const fn of functions) fn[Symbol.dispose]()
      if (functions.length > 0) throw new Error(`${op}: a function cannot leave the sandbox here`)
      return results(...(await ask(op, args)))
    },
  })
}

/** Keeps a function while the hub knows of it: under the name that `register` comes back with, or not at all. */
async function registered(
  receivers: Receivers,
  fn: LuaFunction,
  register: (number: number) => Promise<string>,
): Promise<void> {
  const number = receivers.add(fn)
  try {
    receivers.name(await register(number), number)
  } catch (error) {
    receivers.drop(number)
    throw error
  }
}

/** @throws Error when the values are more than one message may hold. */
export function checkSize(values: readonly LuaValue[]): void {
  let bytes = 0
  let count = 0
  const visit = (value: LuaValue): void => {
    if (++count > MOST_MESSAGE_VALUES) throw new Error(`more than ${MOST_MESSAGE_VALUES} values at once`)
    if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        bytes += key.length
        visit(inner)
      }
    }
    if (bytes > MOST_MESSAGE_BYTES) throw new Error(`more than ${MOST_MESSAGE_BYTES} bytes at once`)
  }
  for (const value of values) visit(value)
}
