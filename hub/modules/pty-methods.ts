import {
  type AnyFunctionSpec,
  defineFunction,
  failure,
  type LuaTable,
  type LuaValue,
  results,
} from '../../lua/vm/index.ts'
import { type Origin, origin, type SessionInfo } from '../../protocol/messages/ptyhost.ts'
import type { HubContext } from '../types.ts'
import { snakeCase } from './convert.ts'
import { foregroundOf } from './foreground.ts'
import { type PtyHandles, sessionTable } from './pty-handles.ts'
import { refused } from './refused.ts'
import type { HubCallbacks } from './runtime.ts'

/** How long a text waits for a person to stop typing when the caller does not say: longer than a sentence takes. */
const DEFAULT_HOLD_SECONDS = 60
const MAX_HOLD_SECONDS = 600

const FORGOTTEN = 'the ptyhost does not know it any more'

/** The methods of a pty handle. */
export function ptyMethods(
  hub: () => HubContext,
  handles: PtyHandles,
  callbacks: HubCallbacks,
): Record<string, AnyFunctionSpec> {
  const ptyhost = () => hub().ptyhost
  const size = (self: number): Partial<SessionInfo> => handles.info(self) ?? {}
  return {
    write: defineFunction({
      doc: 'Types bytes into the program, after what was typed before.',
      args: [{ name: 'data', type: 'bytes' }],
      returns: [{ type: 'boolean', doc: 'false when they could not be delivered; they are not kept for later' }],
      example: 'handle:write("ls\\r")',
      call: ({ self, owner }, data) => ptyhost().input(handles.session(self), data, originOf(owner)),
    }),
    kill: defineFunction({
      doc: 'Ends the program and its whole process group: TERM, and KILL after the grace. Waits until it is gone.',
      args: [{ name: 'grace', type: 'number', default: 2, doc: 'seconds' }],
      returns: [{ type: ['table', 'nil'], luaType: '{code: integer, signal: string?}?' }],
      yields: true,
      failures: { unknown_session: FORGOTTEN },
      example: 'local exit = handle:kill(0.5)',
      call: ({ self }, grace) =>
        refused(async () => snakeCase(await ptyhost().kill(handles.session(self), Math.round(grace * 1000)))),
    }),
    resize: defineFunction({
      doc: 'Gives the terminal another size. A client that shows it may change that again.',
      args: [
        { name: 'rows', type: 'integer' },
        { name: 'cols', type: 'integer' },
      ],
      returns: [{ type: ['boolean', 'nil'] }],
      yields: true,
      failures: { unknown_session: FORGOTTEN, bad_params: 'no terminal has that size' },
      example: 'handle:resize(40, 120)',
      call: ({ self }, rows, cols) =>
        refused(async () => {
          await ptyhost().resize(handles.session(self), { rows, cols })
          return true
        }),
    }),
    release: defineFunction({
      doc: 'Forgets an ended session and its final screen.',
      returns: [{ type: ['boolean', 'nil'] }],
      yields: true,
      failures: { running: 'it still runs: kill it first', unknown_session: FORGOTTEN },
      example: 'handle:kill()\nhandle:release()',
      call: ({ self }) =>
        refused(async () => {
          await ptyhost().release(handles.session(self))
          return true
        }),
    }),
    is_alive: defineFunction({
      doc: 'Whether the program runs.',
      returns: [{ type: 'boolean' }],
      example: 'if not handle:is_alive() then log.info("it ended") end',
      call: ({ self }) => {
        const info = handles.info(self)
        return info !== undefined && info.exit === undefined
      },
    }),
    port: defineFunction({
      doc: 'The port a port-forward session was given, or nil.',
      returns: [{ type: ['integer', 'nil'] }],
      example: 'local url = "http://localhost:" .. (handle:port() or 80)',
      call: ({ self }) => {
        const port = handles.info(self)?.labels.port
        return port === undefined ? undefined : Number(port)
      },
    }),
    info: defineFunction({
      doc: 'What is known of the session: {session_id, pid, cols, rows, title, cwd, labels, started_at, exit?}, or nil.',
      returns: [{ type: ['table', 'nil'] }],
      example: 'log.info(handle:info().title)',
      call: ({ self }) => {
        const info = handles.info(self)
        return info === undefined ? undefined : sessionTable(info)
      },
    }),
    session_id: defineFunction({
      doc: 'The name by which everybody knows the session: `<agent id>/<session name>`.',
      returns: [{ type: 'text' }],
      example: 'local same = pty.get(handle:session_id())',
      call: ({ self }) => handles.session(self),
    }),
    dimensions: defineFunction({
      doc: 'Rows and columns, as far as the hub knows: clients resize without it.',
      returns: [{ type: ['integer', 'nil'] }, { type: ['integer', 'nil'] }],
      example: 'local rows, cols = handle:dimensions()',
      call: ({ self }) => results(size(self).rows, size(self).cols),
    }),
    get_screen: defineFunction({
      doc: 'What the terminal shows, as text: one line a row, without trailing blanks.',
      returns: [{ type: ['text', 'nil'] }],
      yields: true,
      failures: { unknown_session: FORGOTTEN },
      example: 'if handle:get_screen():find("Do you want to proceed") then handle:write("y\\r") end',
      call: ({ self }) => refused(async () => (await ptyhost().screen({ session: handles.session(self) })).text),
    }),
    get_snapshot: defineFunction({
      doc:
        'What the terminal shows: {text, rows, cols, cursor = {x, y, visible, shape}, modes = {bracketed_paste, ' +
        'alternate_screen, …}}.',
      args: [
        { name: 'options', type: 'table', optional: true, doc: '{ansi = false, history = 0}: lines above the screen' },
      ],
      returns: [{ type: ['table', 'nil'] }],
      yields: true,
      failures: { unknown_session: FORGOTTEN },
      example: 'local shown = handle:get_snapshot{ ansi = true, history = 100 }\nlog.info(shown.cursor.x, shown.text)',
      call: ({ self }, options) =>
        refused(async () => {
          const { ansi, history } = (options ?? {}) as LuaTable
          const screen = await ptyhost().screen({
            session: handles.session(self),
            ansi: ansi === true,
            history: typeof history === 'number' ? Math.max(0, Math.trunc(history)) : 0,
          })
          const { modes, ...shown } = screen
          return { ...shown, cursor: { ...screen.cursor }, modes: modes && snakeCase(modes) }
        }),
    }),
    foreground: defineFunction({
      doc:
        'What the terminal’s keys go to: {pid, argv, is_leader, is_waiting?, cpu}. `is_leader` is false while a shell runs ' +
        'a command; `is_waiting` while it computes, is stopped or waits for a disk, and absent where the system does not ' +
        'tell; `cpu` is seconds of processor time.',
      returns: [
        {
          type: ['table', 'nil'],
          luaType: '{pid: integer, argv: string[], is_leader: boolean, is_waiting: boolean?, cpu: number}?',
          doc: 'nil when the program has ended, or the system does not tell',
        },
      ],
      yields: true,
      example: 'local process = handle:foreground()\nif process then log.info(table.concat(process.argv, " ")) end',
      call: async ({ self }) => {
        const info = handles.info(self)
        if (info === undefined || info.exit !== undefined || info.pid <= 0) return undefined
        const found = await foregroundOf(info.pid)
        return found && snakeCase(found)
      },
    }),
    get_scrollback: defineFunction({
      doc: 'Up to `lines` lines above the screen and the screen itself, as text.',
      args: [{ name: 'lines', type: 'integer', default: 1000 }],
      returns: [{ type: ['text', 'nil'] }],
      yields: true,
      failures: { unknown_session: FORGOTTEN },
      example: 'local text = handle:get_scrollback(500)',
      call: ({ self }, lines) =>
        refused(async () => {
          const history = Math.max(0, lines)
          return (await ptyhost().screen({ session: handles.session(self), history })).text
        }),
    }),
    cursor_visible: defineFunction({
      doc: 'Whether the program shows its cursor.',
      returns: [{ type: ['boolean', 'nil'] }],
      yields: true,
      failures: { unknown_session: FORGOTTEN },
      example: 'local visible = handle:cursor_visible()',
      call: ({ self }) =>
        refused(async () => (await ptyhost().screen({ session: handles.session(self) })).cursor.visible),
    }),
    inject: defineFunction({
      doc:
        'Types a text as one piece that never mixes with what a person types, without a look at what the program shows: ' +
        'put off while somebody types, pasted when the program asked for that, then Enter.',
      args: [
        { name: 'text', type: 'bytes' },
        {
          name: 'options',
          type: 'table',
          optional: true,
          doc:
            '{submit = true, paste = true, hold = 60, line_is_empty = false, from}: Enter after it; bracketed; seconds to ' +
            'wait for a person to stop; the input line was seen to be empty, so that a key that was no line holds nothing ' +
            'up; {kind, name}: whose text it is, for the log',
        },
      ],
      returns: [{ type: ['text', 'nil'], doc: '"submitted", or "held" when it was typed after a person had stopped' }],
      yields: true,
      failures: { refused: 'a person kept typing, or the program ended', unknown_session: FORGOTTEN },
      example: 'local how, message = handle:inject("y", { submit = false })',
      call: ({ self, owner }, text, options) =>
        refused(async () => {
          const { submit, paste, hold, line_is_empty, from } = (options ?? {}) as LuaTable
          const seconds =
            typeof hold === 'number' ? Math.min(Math.max(hold, 0), MAX_HOLD_SECONDS) : DEFAULT_HOLD_SECONDS
          const { outcome, reason } = await ptyhost().inject({
            session: handles.session(self),
            data: text,
            origin: originOf(owner, from),
            lineIsEmpty: line_is_empty === true,
            paste: paste !== false,
            submit: submit !== false,
            holdMs: Math.round(seconds * 1000),
          })
          if (outcome === 'refused') return failure(reason ?? 'somebody is typing there', { kind: 'refused' })
          return outcome
        }),
    }),
    send_message: defineFunction({
      doc:
        'Gives the program a prompt: waits until it takes input, types the text as one piece that never mixes with what a ' +
        'person types, presses Enter, and makes sure that it was taken.',
      args: [
        { name: 'text', type: 'bytes' },
        {
          name: 'options',
          type: 'table',
          optional: true,
          doc: '{timeout = 60, hold = 600}: seconds to wait for an answer, and for a person to stop typing',
        },
      ],
      returns: [
        { type: ['text', 'nil'], doc: '"submitted", or "queued": it will be typed when a person there has stopped' },
      ],
      yields: true,
      failures: {
        refused: 'a dialog is open, or the program ended',
        timed_out: 'the time was over',
        bad_request: 'there is nothing in the text',
        no_session: FORGOTTEN,
      },
      example: 'local ok, err = handle:send_message("Please run the tests")',
      call: async ({ vm, self, owner }, text, options) => {
        const asked = await callbacks.ask(vm, 'send_message', handles.session(self), text, options ?? {}, owner)
        if (asked === undefined) return failure('the hub’s Lua takes no prompts', { kind: 'not_ready' })
        return results(...asked)
      },
    }),
  }
}

/** Who a write is said to come from. A plugin cannot say that it is somebody else. */
function originOf(owner: string, from?: LuaValue): Origin {
  if (owner.startsWith('plugin.')) return { kind: 'plugin', name: owner.slice('plugin.'.length) }
  const given = origin.safeParse(from)
  return given.success ? given.data : { kind: 'system', name: owner }
}
