/** `log`: messages from Lua to the process's log. */
import {
  type AnyFunctionSpec,
  defineFunction,
  defineModule,
  isLuaFunction,
  type LuaModule,
  type LuaValue,
} from '../vm/index.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Receives one message; `owner` is the module or plugin that logged it. */
export type LogSink = (level: LogLevel, message: string, owner: string) => void

export function logModule(sink: LogSink): LuaModule {
  const at = (level: LogLevel, doc: string): AnyFunctionSpec =>
    defineFunction({
      doc,
      args: [{ name: 'message', type: 'any', doc: 'anything; tables are written as JSON' }],
      variadic: { type: 'any', doc: 'more, written after a space' },
      example: `log.${level}('ready', {port = 8080})`,
      call: (context, message, ...more: LuaValue[]) => {
        const parts: LuaValue[] = [message, ...more]
        sink(level, parts.map(shown).join(' '), context.owner)
      },
    })
  return defineModule({
    name: 'log',
    doc: "Messages to botster's log file. Each carries the module or plugin that wrote it.",
    sandbox: true,
    functions: {
      debug: at('debug', 'Logs what only matters when looking for a fault.'),
      info: at('info', 'Logs what happened.'),
      warn: at('warn', 'Logs what is wrong but was dealt with.'),
      error: at('error', 'Logs what failed.'),
    },
  })
}

function shown(value: LuaValue): string {
  if (isLuaFunction(value)) {
    using held = value
    return `function ${held.source}`
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (typeof value === 'object' && value !== null) {
    return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
  }
  return value === undefined ? 'nil' : String(value)
}
