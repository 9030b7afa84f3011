/** Turns described primitives into functions that the dispatcher can run. */
import { type ArgumentParts, type ArgumentReader, argumentReader, nameAt } from './arguments.ts'
import type { Binding } from './dispatcher.ts'
import type { State } from './engine.ts'
import { LuaFailure, LuaResults } from './error.ts'
import { ArgumentError, type Errors } from './errors.ts'
import type { Frames } from './frames.ts'
import type { AnyFunctionSpec, CallContext, PrimitiveResult } from './module.ts'
import type { Writer } from './push.ts'
import { ConversionError } from './read.ts'
import type { Scheduler } from './scheduler.ts'
import type { LuaValue, LuaVmApi } from './types.ts'

export interface BindParts extends ArgumentParts {
  readonly vm: LuaVmApi
  readonly writer: Writer
  readonly errors: Errors
  readonly frames: Frames
  readonly scheduler: Scheduler
  /** Aborted when the VM closes: the signal of calls that no task makes. */
  readonly closing: AbortSignal
}

type Call = (context: CallContext, ...args: LuaValue[]) => PrimitiveResult | Promise<PrimitiveResult>

/** What a plain primitive may ask about its call while it runs. One object for all calls, since making one costs more than many primitives. */
class SharedContext implements CallContext {
  readonly self = 0
  readonly canWait = false
  readonly #parts: BindParts

  constructor(parts: BindParts) {
    this.#parts = parts
  }

  get vm(): LuaVmApi {
    return this.#parts.vm
  }

  get owner(): string {
    return this.#parts.frames.owner
  }

  get signal(): AbortSignal {
    return this.#parts.frames.task?.signal ?? this.#parts.closing
  }
}

/** The context of one call, which a waiting primitive may keep. */
function ownContext(parts: BindParts, self: number, canWait = false): CallContext {
  const { task } = parts.frames
  return {
    vm: parts.vm,
    owner: parts.frames.owner,
    self,
    canWait,
    get signal() {
      return task?.signal ?? parts.closing
    },
  }
}

/** Binds primitives of one VM. */
export class Binder {
  readonly #parts: BindParts
  readonly #shared: CallContext

  constructor(parts: BindParts) {
    this.#parts = parts
    this.#shared = new SharedContext(parts)
  }

  /** A plain function, `name` as in "fs.read". */
  function(name: string, spec: AnyFunctionSpec): Binding {
    if (spec.bind !== undefined) return spec.bind(this.#parts, name)
    const readers = this.#readers(name, spec)
    const read = this.#argumentsFrom(readers, spec, name, 1)
    const call = spec.call as unknown as Call
    if (spec.yields) return this.#waiting(name, spec, read, () => 0)
    const finish = (L: State, result: PrimitiveResult | Promise<PrimitiveResult>) => this.#result(L, name, spec, result)
    const context = this.#shared
    if (spec.variadic === undefined) {
      // The usual shapes without an array in between.
      const [a, b] = readers
      if (readers.length === 0) return (L) => finish(L, call(context))
      if (readers.length === 1) return (L) => finish(L, call(context, a!(L, 1)))
      if (readers.length === 2 && !holdsFunctions(spec)) return (L) => finish(L, call(context, a!(L, 1), b!(L, 2)))
    }
    return (L) => finish(L, call(context, ...read(L)))
  }

  /** A method of a handle, `name` as in "pty:write"; `id` gives the handle's id at stack index 1, or 0. */
  method(name: string, spec: AnyFunctionSpec, id: (L: State) => number): Binding {
    const read = this.#argumentsFrom(this.#readers(name, spec), spec, name, 2)
    const call = spec.call as unknown as Call
    const self = (L: State): number => {
      const found = id(L)
      if (found !== 0) return found
      const got = nameAt(this.#parts.engine.api, L, 1)
      throw new ArgumentError(`calling '${name}' on bad self (handle expected, got ${got}; call it with ':')`)
    }
    if (spec.yields) return this.#waiting(name, spec, read, self)
    return (L) => this.#result(L, name, spec, call(ownContext(this.#parts, self(L)), ...read(L)))
  }

  #readers(name: string, spec: AnyFunctionSpec): ArgumentReader[] {
    return (spec.args ?? []).map((arg, i) => argumentReader(this.#parts, name, i + 1, arg))
  }

  #argumentsFrom(
    readers: ArgumentReader[],
    spec: AnyFunctionSpec,
    name: string,
    first: number,
  ): (L: State) => LuaValue[] {
    const { api } = this.#parts.engine
    const { variadic } = spec
    return (L) => {
      const args: LuaValue[] = []
      try {
        for (let i = 0; i < readers.length; i++) args.push(readers[i]!(L, first + i))
        if (variadic !== undefined) {
          const top = api.lua_gettop(L)
          for (let i = first + readers.length; i <= top; i++) {
            const more = { name: variadic.name ?? '...', type: variadic.type }
            args.push(argumentReader(this.#parts, name, i - first + 1, more)(L, i))
          }
        }
      } catch (error) {
        // What was taken for a call that does not happen.
        for (const arg of args)
          if (arg !== null && typeof arg === 'object' && Symbol.dispose in arg) (arg as Disposable)[Symbol.dispose]()
        throw error
      }
      return args
    }
  }

  #waiting(name: string, spec: AnyFunctionSpec, read: (L: State) => LuaValue[], self: (L: State) => number): Binding {
    const { scheduler } = this.#parts
    const call = spec.call as unknown as Call
    const push = (L: State, value: unknown) => this.#result(L, name, spec, value as PrimitiveResult)
    return (L) => {
      // Before anything is begun, so that a call that cannot wait has no effect.
      const reason = scheduler.cannotWait(L)
      if (reason !== undefined && spec.yields !== 'if-possible') throw new Error(`'${name}' waits, and ${reason}`)
      const result = call(ownContext(this.#parts, self(L), reason === undefined), ...read(L))
      if (!(result instanceof Promise)) return push(L, result)
      if (reason === undefined) return scheduler.wait(L, result, name, push)
      result.catch(() => undefined)
      throw new Error(`'${name}' would have to wait, and ${reason}`)
    }
  }

  #result(L: State, name: string, spec: AnyFunctionSpec, result: PrimitiveResult | Promise<PrimitiveResult>): number {
    const { api } = this.#parts.engine
    if (result === undefined) {
      if (spec.returns === undefined || spec.returns.length === 0) return 0
      api.lua_pushnil(L)
      return 1
    }
    if (typeof result === 'object' && result !== null) {
      if (result instanceof LuaFailure) return this.#parts.errors.pushFailure(L, result, name)
      if (result instanceof LuaResults) return this.#several(L, result.values)
      if (result instanceof Promise) throw new Error(`'${name}' waits but is not described so`)
    }
    this.#parts.writer.push(L, result as LuaValue)
    return 1
  }

  #several(L: State, values: readonly LuaValue[]): number {
    if (this.#parts.engine.api.lua_checkstack(L, values.length + 5) === 0) throw new ConversionError('too many results')
    for (const value of values) this.#parts.writer.push(L, value)
    return values.length
  }
}

function holdsFunctions(spec: AnyFunctionSpec): boolean {
  return (spec.args ?? []).some(
    (arg) =>
      arg.functions === true ||
      arg.type === 'function' ||
      [arg.type].flat().some((type) => type === 'function' || type === 'reference'),
  )
}
