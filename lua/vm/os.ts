/** The part of Lua's `os` that only asks: time, date and environment. */
import { ArgumentError } from './errors.ts'
import { defineFunction, defineModule, type LuaModule } from './module.ts'
import { formatDate, partsOf } from './strftime.ts'
import type { LuaTable } from './types.ts'

/** `env` is what getenv may see. */
export function osModule(env: Readonly<Record<string, string | undefined>>): LuaModule {
  return defineModule({
    name: 'os',
    doc: 'Time, date and environment.',
    sandbox: true,
    functions: {
      time: defineFunction({
        doc: 'Seconds since 1970; of now, or of the local time in a table {year, month, day, hour?, min?, sec?}.',
        args: [{ name: 'table', type: 'table', optional: true }],
        returns: [{ type: 'integer' }],
        raises: {
          'missing in date table': 'for a table without year, month or day',
          'is not an integer': 'for a field that is none',
          'time result cannot be represented': 'for a time too far away',
        },
        example: 'local started = os.time()',
        call: (_, table) => (table === undefined ? Math.floor(Date.now() / 1000) : secondsOf(table as LuaTable)),
      }),
      clock: defineFunction({
        doc: 'Seconds of processor time this process has used.',
        returns: [{ type: 'number' }],
        example: 'local used = os.clock()',
        call: () => {
          const { user, system } = process.cpuUsage()
          return (user + system) / 1e6
        },
      }),
      difftime: defineFunction({
        doc: 'Seconds from `earlier` to `later`.',
        args: [
          { name: 'later', type: 'number' },
          { name: 'earlier', type: 'number', default: 0 },
        ],
        returns: [{ type: 'number' }],
        example: 'local seconds = os.difftime(os.time(), 0)',
        call: (_, later, earlier) => later - earlier,
      }),
      date: defineFunction({
        doc: "A time as text (strftime), or with '*t' as a table; a leading '!' means UTC.",
        args: [
          { name: 'format', type: 'text', default: '%c' },
          { name: 'time', type: 'number', optional: true },
        ],
        returns: [{ type: ['text', 'table'] }],
        raises: {
          'invalid conversion specifier': 'for what strftime does not know',
          'date result cannot be represented': 'for a time too far away',
        },
        example: "os.date('!%Y-%m-%dT%H:%M:%SZ')",
        call: (_, format, time) => {
          const utc = format.startsWith('!')
          const pattern = utc ? format.slice(1) : format
          const date = new Date(time === undefined ? Date.now() : Math.floor(time) * 1000)
          if (Number.isNaN(date.getTime())) {
            throw new ArgumentError(`bad argument #2 to 'os.date' (date result cannot be represented, got ${time})`)
          }
          return pattern.startsWith('*t') ? { ...partsOf(date, utc) } : formatDate(pattern, date, utc)
        },
      }),
      getenv: defineFunction({
        doc: 'An environment variable, or nil.',
        args: [{ name: 'name', type: 'text' }],
        returns: [{ type: ['text', 'nil'] }],
        example: 'local editor = os.getenv("EDITOR") or "vi"',
        call: (_, name) => (Object.hasOwn(env, name) ? env[name] : undefined),
      }),
    },
  })
}

function secondsOf(table: LuaTable): number {
  const field = (name: string, fallback?: number): number => {
    const value = table[name] ?? fallback
    const number = typeof value === 'string' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isInteger(number)) {
      throw wrongTime(
        value === undefined ? `field '${name}' missing in date table` : `field '${name}' is not an integer`,
      )
    }
    return number
  }
  const [year, month, day] = [field('year'), field('month'), field('day')]
  const date = new Date(2000, 0, 1)
  date.setFullYear(year, month - 1, day)
  date.setHours(field('hour', 12), field('min', 0), field('sec', 0), 0)
  const seconds = date.getTime() / 1000
  if (Number.isNaN(seconds)) throw wrongTime('time result cannot be represented')
  return seconds
}

function wrongTime(problem: string): ArgumentError {
  return new ArgumentError(`bad argument #1 to 'os.time' (${problem})`)
}
