/** `defineModule`: the one place where a primitive is described. Binding, checks, stubs and reference come from it. */
import type { BindParts } from './bind.ts'
import type { Binding } from './dispatcher.ts'
import type { LuaFailure, LuaResults } from './error.ts'
import type { LuaHandle } from './handle.ts'
import type { LuaFunction, LuaTable, LuaValue, LuaVmApi } from './types.ts'

/**
 * What an argument must be. `text` is valid UTF-8, `bytes` any string (as Uint8Array); `integer` fits 2^53;
 * `list` is a table read as an array (the empty table too), `table` one read as it is; `any` also takes nil.
 * `reference` takes anything, and of tables and their like gives a reference instead of a copy.
 */
export type ArgType =
  | 'text'
  | 'bytes'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'table'
  | 'list'
  | 'function'
  | 'handle'
  | 'reference'
  | 'any'

interface ArgTypes {
  text: string
  bytes: Uint8Array
  integer: number
  number: number
  boolean: boolean
  table: LuaTable | LuaValue[]
  list: LuaValue[]
  function: LuaFunction
  handle: LuaHandle
  reference: LuaValue
  any: LuaValue
}

export interface ArgSpec {
  readonly name: string
  /** One type, or several of which the first that fits is taken. */
  readonly type: ArgType | readonly ArgType[]
  /** nil or nothing is allowed and arrives as `undefined`. */
  readonly optional?: boolean
  /** Taken for nil or nothing. Implies optional. */
  readonly default?: LuaValue
  readonly doc?: string
  /** LuaLS type for stubs where the plain one says too little, e.g. "fun(event: table)" or "{cmd: string, rows?: integer}". */
  readonly luaType?: string
  /** Lets a table argument contain functions; they arrive as LuaFunction. */
  readonly functions?: boolean
}

export interface ReturnSpec {
  readonly name?: string
  readonly type: ArgType | 'nil' | readonly (ArgType | 'nil')[]
  readonly doc?: string
  readonly optional?: boolean
  readonly luaType?: string
}

type TypeOf<T> = T extends readonly ArgType[] ? ArgTypes[T[number]] : T extends ArgType ? ArgTypes[T] : never
type ValueOf<A extends ArgSpec> = A extends { readonly default: LuaValue }
  ? TypeOf<A['type']>
  : A extends { readonly optional: true }
    ? TypeOf<A['type']> | undefined
    : TypeOf<A['type']>

/** The JavaScript arguments that a list of ArgSpecs stands for. */
export type ArgValues<A extends readonly ArgSpec[]> = { -readonly [I in keyof A]: ValueOf<A[I]> }

/** What a primitive is told about its call. A `yields` primitive may keep it; another may read it only until it returns. */
export interface CallContext {
  readonly vm: LuaVmApi
  /** Owner of the coroutine that calls. */
  readonly owner: string
  /** Aborted when the calling coroutine is cancelled or ends. */
  readonly signal: AbortSignal
  /** Id of the handle a method was called on; 0 in plain functions. */
  readonly self: number
  /** Whether the caller can wait here. Of interest to primitives that yield 'if-possible'. */
  readonly canWait: boolean
}

/** A value, several (`results(…)`), an expected failure (`failure(…)`), or nothing. */
export type PrimitiveResult = LuaValue | LuaResults | LuaFailure

export interface FunctionSpec<A extends readonly ArgSpec[] = readonly ArgSpec[]> {
  /** What it does, in one line. */
  readonly doc: string
  readonly args?: A
  /** Type of any further arguments; they follow the described ones. */
  readonly variadic?: { readonly name?: string; readonly type: ArgType; readonly doc?: string }
  readonly returns?: readonly ReturnSpec[]
  /**
   * The implementation returns a Promise and Lua waits for it without blocking anything. With 'if-possible' it may be
   * called where Lua cannot wait too: it looks at `context.canWait` and must not return a Promise when that is false.
   */
  readonly yields?: boolean | 'if-possible'
  /** Sandboxed scripts may call it. @default the module's */
  readonly sandbox?: boolean
  /** Left out of stubs and reference: private to the module's `lua`. */
  readonly hidden?: boolean
  /** Expected failures, `nil, message, err`: what `err.kind` is, and when. A test of the function shows each. */
  readonly failures?: Readonly<Record<string, string>>
  /** What raises, beside arguments that are missing or of another type: words of the message, and when. A test shows each. */
  readonly raises?: Readonly<Record<string, string>>
  readonly example?: string
  /** Throwing is a bug or a wrong argument and becomes a Lua error; expected failures are returned. */
  readonly call: (context: CallContext, ...args: ArgValues<A>) => PrimitiveResult | Promise<PrimitiveResult>
}

/** A FunctionSpec whose argument types have been forgotten. */
export type AnyFunctionSpec = Omit<FunctionSpec, 'call'> & {
  /** Written in Lua, by the module's `lua`. */
  readonly inLua?: boolean
  /** Works on the Lua stack itself, for the few primitives that copying would make wrong or slow; `call` is then unused. */
  readonly bind?: (parts: BindParts, name: string) => Binding
  readonly call: (context: CallContext, ...args: never[]) => PrimitiveResult | Promise<PrimitiveResult>
}

export interface HandleSpec {
  readonly doc: string
  /** Called as `handle:method(…)`; the id is `context.self`. */
  readonly methods: Readonly<Record<string, AnyFunctionSpec>>
}

export interface ConstantSpec {
  readonly value: LuaValue
  readonly doc: string
}

/** A shape of tables that arguments or results have, for stubs and reference. */
export interface TableTypeSpec {
  readonly doc: string
  /** Field name → LuaLS type, with what it is after a `#`: `{ branch: 'string # without refs/heads/' }`. */
  readonly fields: Readonly<Record<string, string>>
}

export interface ModuleSpec {
  /** Name of the global table. */
  readonly name: string
  /** What it is for: a paragraph for the reference. */
  readonly doc: string
  readonly functions: Readonly<Record<string, AnyFunctionSpec>>
  readonly handles?: Readonly<Record<string, HandleSpec>>
  readonly constants?: Readonly<Record<string, ConstantSpec>>
  /** Shapes that `luaType`s speak of, by name. */
  readonly types?: Readonly<Record<string, TableTypeSpec>>
  /**
   * Lua source run with the module's table as argument when it is installed: for functions that hand Lua values through
   * or let what they call wait. What it leaves nil again is private to it.
   */
  readonly lua?: string
  /** Sandboxed scripts may see it. @default false */
  readonly sandbox?: boolean
  /** Runs when the VM closes. */
  readonly dispose?: () => void
}

/** A module that can be given to a VM and to the generator. */
export type LuaModule = Readonly<ModuleSpec>

/** Describes a module. Throws if the description contradicts itself. */
export function defineModule(spec: ModuleSpec): LuaModule {
  for (const [name, fn] of Object.entries(spec.functions)) checkFunction(`${spec.name}.${name}`, fn)
  for (const [type, described] of Object.entries(spec.handles ?? {})) {
    for (const [name, fn] of Object.entries(described.methods)) checkFunction(`${type}:${name}`, fn)
  }
  return Object.freeze({ ...spec })
}

/**
 * Describes one primitive, with the types of `call` taken from `args`:
 * `defineFunction({ doc: '…', args: [{ name: 'path', type: 'text' }], call: (context, path) => … })`.
 */
export function defineFunction<const A extends readonly ArgSpec[]>(spec: FunctionSpec<A>): AnyFunctionSpec {
  return spec as unknown as AnyFunctionSpec
}

/** Describes a function that the module's `lua` adds to its table. */
export function defineLuaFunction(spec: Omit<FunctionSpec, 'call'>): AnyFunctionSpec {
  const call = () => {
    throw new Error('a function written in Lua has no other form')
  }
  return { ...spec, inLua: true, call }
}

/** Describes a primitive that works on the Lua stack itself. */
export function defineRawFunction(
  spec: Omit<FunctionSpec, 'call'>,
  bind: (parts: BindParts, name: string) => Binding,
): AnyFunctionSpec {
  const call = () => {
    throw new Error('a raw primitive has no other form')
  }
  return { ...spec, bind, call }
}

function checkFunction(name: string, fn: AnyFunctionSpec): void {
  let optional = false
  for (const arg of fn.args ?? []) {
    const isOptional = arg.optional === true || arg.default !== undefined || acceptsNil(arg.type)
    if (optional && !isOptional)
      throw new Error(`${name}: argument '${arg.name}' follows an optional one and must be optional`)
    optional ||= isOptional
  }
}

function acceptsNil(type: ArgSpec['type']): boolean {
  return [type].flat().some((one) => one === 'any' || one === 'reference')
}
