/** Everything a VM is made of, put together: who knows whom. */
import { Binder } from './bind.ts'
import { Depth } from './depth.ts'
import { Dispatcher } from './dispatcher.ts'
import { type Engine, LUA, type State } from './engine.ts'
import { Errors, isOwnChunk } from './errors.ts'
import { Frames } from './frames.ts'
import { Functions } from './functions.ts'
import { Handles } from './handles.ts'
import { installModule } from './install.ts'
import { Locations } from './location.ts'
import { Memory } from './memory.ts'
import { osModule } from './os.ts'
import { Owners } from './owners.ts'
import { installPrelude } from './prelude.ts'
import { Writer } from './push.ts'
import { Reader } from './read.ts'
import { Scheduler } from './scheduler.ts'
import { openState } from './state.ts'
import { Strings } from './strings.ts'
import { Threads } from './threads.ts'
import { Transfer } from './transfer.ts'
import type { LuaVmApi, LuaVmOptions } from './types.ts'
import { Watchdog } from './watchdog.ts'

const DEFAULT_MEMORY = 256 << 20

/** The parts that the VM itself works with. */
export interface VmParts {
  readonly engine: Engine
  readonly main: State
  readonly memory: Memory
  readonly strings: Strings
  readonly reader: Reader
  readonly writer: Writer
  readonly errors: Errors
  readonly functions: Functions
  readonly owners: Owners
  readonly threads: Threads
  readonly frames: Frames
  readonly transfer: Transfer
  readonly scheduler: Scheduler
  /** The stack of the last error, as the message handler saw it. */
  readonly lastError: { traceback: string }
}

/** @param closing aborted when the VM closes */
export function makeParts(vm: LuaVmApi, options: LuaVmOptions, engine: Engine, closing: AbortSignal): VmParts {
  const locations = new Locations(engine)
  const onBurst = () => {
    memory.relieve()
    watchdog.checkBeforeLongWork(undefined, where) // a traceback would need memory
  }
  const where = () => locations.current(frames.thread, (name) => isOwnChunk(name) || options.isWrapper?.(name) === true)
  const onRefused = () => {
    errors.outOfMemoryAt = where()
  }
  const memory = new Memory(engine, options.memoryLimit ?? DEFAULT_MEMORY, onBurst, onRefused)
  const strings = new Strings(engine)
  const state = openState(engine, memory, strings)
  const { main } = state
  const owners = new Owners()
  const functions = new Functions(engine, main, owners, locations)
  const handles = new Handles(engine)
  const reader = new Reader(engine, strings, functions, handles, state.arrayMarkPointer)
  const writer = new Writer(engine, strings, functions, handles, state.arrayMark)
  const { errorMark: metatable, errorRing: ring } = state
  const errors = new Errors({ engine, strings, reader, writer, metatable, ring, isWrapper: options.isWrapper })
  const dispatcher = new Dispatcher(engine, {
    frames: () => frames,
    errors: () => errors,
    called: (L) => watchdog.called(L),
  })
  const depth = new Depth({ engine, strings, errors })
  const watchdog = new Watchdog(
    engine,
    (L) => errors.traceback(L, 0),
    (L) => {
      depth.check(L)
      memory.relieve()
      scheduler.giveWay(L)
    },
  )
  watchdog.watch(main)
  const lastError = { traceback: '' }
  const threads = new Threads(engine, main, messageHandler(engine, main, dispatcher, errors, lastError))
  const running = { engine, memory, threads, errors }
  const frames: Frames = new Frames({ ...running, watchdog, meter: options.meter })
  const transfer = new Transfer(engine, reader, writer)
  const scheduler: Scheduler = new Scheduler({ ...running, frames, functions, transfer, owners, locations })
  const basic = { engine, main, strings, writer, errors, dispatcher }
  installPrelude({
    ...basic,
    scheduler,
    watchdog,
    errorMark: state.errorMark,
    print: (text, bytes) => options.print?.(text, frames.owner, bytes),
    resolveModule: options.resolveModule,
  })
  const owner = () => frames.owner
  const bound = { vm, engine, strings, reader, writer, functions, handles, errors, frames, scheduler, owner, closing }
  const binder = new Binder(bound)
  for (const module of [osModule(options.env ?? process.env), ...options.modules]) {
    installModule({ ...basic, binder, handles }, module)
  }
  return { ...running, main, strings, reader, writer, functions, owners, frames, transfer, scheduler, lastError }
}

/** The message handler of every call: takes down the stack while it is still there. Returns its registry reference. */
function messageHandler(
  { api }: Engine,
  main: State,
  dispatcher: Dispatcher,
  errors: Errors,
  lastError: { traceback: string },
): bigint {
  dispatcher.push(main, 'error handler', (L) => {
    lastError.traceback = errors.traceback(L, 1)
    return 1
  })
  return BigInt(api.luaL_ref(main, LUA.REGISTRYINDEX))
}
