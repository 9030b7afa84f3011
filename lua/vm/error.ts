/** The errors that leave the VM, and the value a primitive returns to say that something expected went wrong. */
import type { LuaErrorKind, LuaErrorReport, LuaValue } from './types.ts'

export interface LuaErrorFields {
  readonly kind: LuaErrorKind
  readonly message: string
  readonly traceback?: string
  readonly file?: string
  readonly line?: number
  /** The primitive that raised it, e.g. "fs.read". */
  readonly op?: string
  /** What was raised, copied: a string, or the table of a structured error. */
  readonly value?: LuaValue
  readonly cause?: unknown
}

/** Lua failed. `message` names file and line where they are known; `traceback` holds the Lua stack. */
export class LuaError extends Error {
  readonly kind: LuaErrorKind
  readonly traceback: string
  readonly file: string | undefined
  readonly line: number | undefined
  readonly op: string | undefined
  readonly value: LuaValue

  constructor(fields: LuaErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'LuaError'
    this.kind = fields.kind
    this.traceback = fields.traceback ?? ''
    const where = fields.file === undefined ? position(fields.message) : fields
    this.file = where.file
    this.line = where.line
    this.op = fields.op
    this.value = fields.value
  }

  /** The report of this error for `onError`. */
  toReport(owner: string): LuaErrorReport {
    const { kind, message, traceback, file, line } = this
    return { owner, kind, message, traceback, file, line }
  }
}

/** An expected failure of a primitive: Lua receives `nil, message, {kind, message, op, …fields}`. */
export class LuaFailure {
  readonly message: string
  readonly fields: Readonly<Record<string, LuaValue>>

  constructor(message: string, fields: Readonly<Record<string, LuaValue>>) {
    this.message = message
    this.fields = fields
  }
}

/** What a primitive returns when something expected went wrong, e.g. `failure('no such file', {kind: 'not_found', path})`. */
export function failure(message: string, fields: Readonly<Record<string, LuaValue>> = {}): LuaFailure {
  return new LuaFailure(message, fields)
}

/** Several results of one primitive: `return results(status, body)`. */
export class LuaResults {
  readonly values: readonly LuaValue[]

  constructor(values: readonly LuaValue[]) {
    this.values = values
  }
}

export function results(...values: LuaValue[]): LuaResults {
  return new LuaResults(values)
}

/** "file:line" at the start of a Lua message, or what a traceback line carries. */
function position(message: string): { file?: string; line?: number } {
  const found = /^([^\n]*?):(\d+): /.exec(message)
  return found ? { file: found[1], line: Number(found[2]) } : {}
}
