import * as z from 'zod'

/** One request that a server answers: the shapes of its parameters and of its result. */
export interface Method<Params extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> {
  readonly params: Params
  readonly result: Result
}

/** Reads and writes one kind of one-way message faster than msgpackr and its schema do, to the same effect. */
export interface Shortcut<Message extends { type: string } = { type: string }> {
  /** The frame with its header, or undefined for what is left to msgpackr. */
  write(message: Message): Buffer | undefined
  /** A valid message, or undefined for whatever is left to msgpackr and the schema: also what is not valid. */
  read(body: Buffer): Message | undefined
}

/** Everything that may cross one kind of socket, besides what every socket has (protocol/envelope.ts). */
export interface Protocol {
  readonly name: string
  /** Raised when a message changes its meaning; a peer with another number is refused with a message. */
  readonly version: number
  /** The lowest number this side still speaks. @default version */
  readonly oldest?: number
  readonly methods: Record<string, Method>
  /** One-way messages, by their `type`. */
  readonly toServer: Record<string, z.ZodType>
  readonly toClient: Record<string, z.ZodType>
  /** For those that have to be fast, by their `type`. */
  readonly shortcuts?: { readonly toServer: Shortcuts; readonly toClient: Shortcuts }
}
export type Shortcuts = Readonly<Record<string, Shortcut>>

export type MethodName<P extends Protocol> = keyof P['methods'] & string
export type Params<P extends Protocol, M extends MethodName<P>> = z.input<P['methods'][M]['params']>
export type ReceivedParams<P extends Protocol, M extends MethodName<P>> = z.output<P['methods'][M]['params']>
export type Result<P extends Protocol, M extends MethodName<P>> = z.output<P['methods'][M]['result']>

/** A one-way message as it is sent: `{type: 'input', ...}`. */
export type Outgoing<Table extends Record<string, z.ZodType>> = {
  [Name in keyof Table & string]: { type: Name } & z.input<Table[Name]>
}[keyof Table & string]

/** A one-way message as it arrives, validated. */
export type Incoming<Table extends Record<string, z.ZodType>> = {
  [Name in keyof Table & string]: { type: Name } & z.output<Table[Name]>
}[keyof Table & string]

/** Keeps the literal types of a protocol's tables. */
export function defineProtocol<const P extends Protocol>(protocol: P): P {
  return protocol
}

/** Keeps the types of a method's schemas. */
export function method<Params extends z.ZodType, Result extends z.ZodType>(
  params: Params,
  result: Result,
): Method<Params, Result> {
  return { params, result }
}

/**
 * A table whose values are made when they are first read: a command needs two or three of a protocol's schemas, and
 * making all of them was a sixth of its time.
 */
export function lazily<Values extends Record<string, unknown>>(
  makers: {
    readonly [Name in keyof Values]: () => Values[Name]
  },
): { readonly [Name in keyof Values]: Values[Name] } {
  const table = {}
  for (const [name, make] of Object.entries(makers)) {
    const get = () => {
      const value = make()
      Object.defineProperty(table, name, { value, enumerable: true })
      return value
    }
    Object.defineProperty(table, name, { get, enumerable: true, configurable: true })
  }
  return table as Values
}

/** Raw bytes, as msgpack's bin type delivers them. Over any buffer: a Buffer may be sent as it is. */
export const bytes: z.ZodType<Uint8Array, Uint8Array> = z.instanceof(Uint8Array)

/** Nothing to say. */
export const nothing = z.object({})
