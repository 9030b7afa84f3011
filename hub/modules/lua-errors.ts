import { LuaError, type LuaTable, type LuaValue } from '../../lua/vm/index.ts'

/** The message of a Lua error, with file and line in front also where Lua itself does not put them (a stopped loop). */
export function locatedMessage(error: { readonly message: string; readonly file?: string; readonly line?: number }) {
  const { message, file, line } = error
  if (file === undefined || line === undefined || /^[^\n]*?:\d+: /.test(message)) return message
  return `${file}:${line}: ${message}`
}

/** What Lua learns of an error besides its message. */
export function errorFields({ kind, traceback, file, line, value }: LuaError): LuaTable {
  return { kind, traceback, file, line, ...marked(value) }
}

/** The error for what a script reports: {message, traceback, kind}. */
export function errorFrom(table: LuaTable | LuaValue[]): LuaError {
  const { message, traceback, kind } = Array.isArray(table) ? ({} as LuaTable) : table
  return new LuaError({
    kind: typeof kind === 'string' ? kind : 'runtime',
    message: typeof message === 'string' ? message : 'an error without a message',
    traceback: typeof traceback === 'string' ? traceback : '',
  })
}

/** What the loader marks: that it has reported the error, so that nobody above does it again, and which module is to blame. */
function marked(value: LuaValue): LuaTable {
  if (typeof value !== 'object' || value === null) return {}
  return {
    reported: 'reported' in value && value.reported === true ? true : undefined,
    module: 'module' in value && typeof value.module === 'string' ? value.module : undefined,
  }
}

/** The module an owner belongs to: each load of a module has an owner of its own (lua/hub/transaction.lua). */
export function moduleOf(owner: string): string {
  return owner.replace(/~\d+$/, '')
}
