/** A Lua VM with a few primitives that tests need. */
import {
  defineFunction,
  defineModule,
  failure,
  handle,
  type LuaErrorReport,
  type LuaModule,
  type LuaValue,
  LuaVm,
  type LuaVmOptions,
  results,
} from '../../lua/vm/index.ts'

export interface TestVm extends AsyncDisposable, Disposable {
  readonly vm: LuaVm
  readonly errors: LuaErrorReport[]
  readonly printed: string[]
  /** Runs a chunk "test.lua" as owner "test" in a coroutine. */
  run(source: string | Uint8Array, ...args: LuaValue[]): Promise<LuaValue[]>
  /** Runs it now. */
  now(source: string | Uint8Array, ...args: LuaValue[]): LuaValue[]
}

export async function newVm(options: Partial<LuaVmOptions> = {}): Promise<TestVm> {
  const errors: LuaErrorReport[] = []
  const printed: string[] = []
  const vm = await LuaVm.create({
    name: 'test',
    onError: (report) => errors.push(report),
    print: (text) => printed.push(text),
    ...options,
    modules: [testModule(), ...(options.modules ?? [])],
  })
  const where = { chunkName: 'test.lua', owner: 'test' }
  return {
    vm,
    errors,
    printed,
    run: (source, ...args) => vm.run(source, { ...where, args, budgetMs: 5000 }),
    now: (source, ...args) => vm.runSync(source, { ...where, args, budgetMs: 5000 }),
    [Symbol.dispose]: () => vm.close(),
    [Symbol.asyncDispose]: async () => vm.close(),
  }
}

/** Primitives of every kind, under the name `t`. */
function testModule(): LuaModule {
  return defineModule({
    name: 't',
    doc: 'For tests.',
    functions: {
      echo: defineFunction({
        doc: 'Gives back its argument after a way through JavaScript.',
        args: [{ name: 'value', type: 'any' }],
        returns: [{ type: 'any' }],
        call: (_, value) => value,
      }),
      bytes: defineFunction({
        doc: 'Takes bytes.',
        args: [{ name: 'value', type: 'bytes' }],
        returns: [{ type: 'bytes' }],
        call: (_, value) => value,
      }),
      text: defineFunction({
        doc: 'Takes text and two optional arguments.',
        args: [
          { name: 'value', type: 'text' },
          { name: 'count', type: 'integer', default: 1 },
          { name: 'options', type: ['table', 'boolean'], optional: true },
        ],
        returns: [{ type: 'text' }],
        call: (_, value, count, options) => `${value}${count}${JSON.stringify(options)}`,
      }),
      list: defineFunction({
        doc: 'Takes a list.',
        args: [{ name: 'value', type: 'list' }],
        returns: [{ type: 'list' }],
        call: (_, value) => value,
      }),
      add: defineFunction({
        doc: 'Adds numbers.',
        args: [{ name: 'a', type: 'number' }],
        variadic: { type: 'number' },
        returns: [{ type: 'number' }],
        call: (_, a, ...more: number[]) => more.reduce((sum, value) => sum + value, a),
      }),
      soon: defineFunction({
        doc: 'Waits one turn of the event loop and gives back its arguments.',
        variadic: { type: 'any' },
        yields: true,
        call: async (_, ...values: LuaValue[]) => {
          await new Promise((done) => setImmediate(done))
          return results(...values)
        },
      }),
      at_once: defineFunction({ doc: 'A promise that is settled already.', yields: true, call: async () => true }),
      never: defineFunction({
        doc: 'Waits until it is cancelled.',
        yields: true,
        call: ({ signal }) =>
          new Promise((_, fail) => signal.addEventListener('abort', () => fail(new Error('aborted')))),
      }),
      fails: defineFunction({
        doc: 'Fails as expected, after a while.',
        yields: true,
        returns: [{ type: 'any' }],
        call: async () => failure('no such thing', { kind: 'not_found', path: '/x' }),
      }),
      block: defineFunction({
        doc: 'Blocks the thread, as a slow disk does.',
        args: [{ name: 'milliseconds', type: 'number' }],
        call: (_, milliseconds) => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
        },
      }),
      throws: defineFunction({
        doc: 'Throws after a while.',
        yields: true,
        call: async () => {
          throw new Error('it broke')
        },
      }),
      boom: defineFunction({
        doc: 'Throws.',
        call: () => {
          throw new Error('it broke')
        },
      }),
      call: defineFunction({
        doc: 'Calls a function from JavaScript.',
        args: [{ name: 'fn', type: 'function' }],
        variadic: { type: 'reference' },
        call: ({ vm }, fn, ...args: LuaValue[]) => {
          try {
            return results(...vm.callSync(fn, args))
          } finally {
            for (const held of [fn, ...args])
              if (typeof held === 'object' && held !== null && Symbol.dispose in held)
                (held as Disposable)[Symbol.dispose]()
          }
        },
      }),
      owner: defineFunction({ doc: 'Who calls.', returns: [{ type: 'text' }], call: ({ owner }) => owner }),
      open: defineFunction({
        doc: 'Opens a thing.',
        args: [{ name: 'id', type: 'integer' }],
        returns: [{ type: 'handle' }],
        call: (_, id) => handle('thing', id),
      }),
    },
    handles: {
      thing: {
        doc: 'A thing.',
        methods: {
          name: defineFunction({
            doc: 'Its name.',
            args: [{ name: 'prefix', type: 'text' }],
            returns: [{ type: 'text' }],
            call: ({ self }, prefix) => `${prefix}${self}`,
          }),
          wait: defineFunction({
            doc: 'Waits.',
            yields: true,
            returns: [{ type: 'integer' }],
            call: async ({ self }) => self,
          }),
        },
      },
    },
  })
}
