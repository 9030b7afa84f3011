import * as z from 'zod'
import { defineProtocol, lazily, method, nothing } from '../definition.ts'
import { luaCompletions, luaOutcome, luaOutput, luaRun } from './lua.ts'

/** The reason a hub gives for closing when it was told to end everything: no client should start it again. */
export const STOPPED_WITH_AGENTS = 'the hub was stopped with its agents'

/** What Lua sends and receives: JSON-like values; bytes stay bytes. */
const luaMessage = () => z.record(z.string(), z.unknown())

const processInfo = () => z.object({ pid: z.number().int(), version: z.string(), uptime: z.number() })

/** An error that a person should see: shown by `botster status` and in the TUI. */
export const reportedError = () =>
  z.object({
    /** Milliseconds since the epoch. */
    at: z.number(),
    /** Module, plugin or subsystem it belongs to. */
    owner: z.string(),
    message: z.string(),
    traceback: z.string().optional(),
    /** Of a version that is gone: its module or plugin was loaded anew since, or unloaded. */
    outdated: z.literal(true).optional(),
  })
export type ReportedError = z.infer<ReturnType<typeof reportedError>>

/** How things stand with the repository's own `.botster` (hub/trust.ts). */
export const repositoryConfig = () =>
  z.object({
    path: z.string(),
    state: z.enum(['none', 'untrusted', 'trusted', 'changed', 'ignored']),
    grade: z.enum(['content', 'always']).optional(),
    files: z.number().int(),
    /** Why its content cannot be trusted as it is. */
    problem: z.string().optional(),
  })
export type RepositoryConfig = z.infer<ReturnType<typeof repositoryConfig>>

export const hubStatus = () =>
  z.object({
    /** `uptime` in seconds. */
    hub: processInfo().extend({ id: z.string(), root: z.string() }),
    ptyhost: z.object({ pid: z.number().int(), sessions: z.number().int() }).nullable(),
    clients: z.number().int(),
    agents: z.number().int(),
    repositoryConfig: repositoryConfig(),
    errors: z.array(reportedError()),
  })
export type HubStatus = z.infer<ReturnType<typeof hubStatus>>

/** The control plane: hub.sock. */
export const hubProtocol = defineProtocol({
  name: 'hub',
  version: 1,
  methods: lazily({
    status: () => method(nothing, hubStatus()),
    /** A ticket for the data plane that lasts until this connection closes in order. */
    ticket: () => method(nothing, z.object({ ticket: z.string(), socket: z.string() })),
    /**
     * A hub command as Lua registered it (lua/lib/commands.lua): `create_agent`, `list_agents`, ...
     * The result is what the command returned; `nil, message` becomes a failure.
     */
    command: () =>
      method(z.object({ name: z.string().max(128), args: luaMessage().default({}) }), z.object({ value: z.unknown() })),
    /** The environment new agents of this client get (daemons keep stale PATHs), without terminal-specific variables. */
    environment: () => method(z.object({ env: z.record(z.string(), z.string()), cwd: z.string() }), nothing),
    /** Ends the hub; with `agents` also the ptyhost and every agent in it. */
    stop: () => method(z.object({ agents: z.boolean().default(false) }), nothing),
    /**
     * Runs Lua that a person typed. Globals last as long as the connection; what was registered goes with it. `luaOutput`
     * follows while it runs. One at a time for each connection.
     */
    lua: () => method(luaRun(), luaOutcome()),
    luaComplete: () => method(z.object({ text: z.string() }), luaCompletions()),
  }),
  toServer: lazily({
    /** To Lua: `tui.on_message` for the TUI, `socket.on_message` for other clients. */
    message: () => z.object({ data: luaMessage() }),
    /** Stops what `lua` runs for this connection. */
    luaCancel: () => z.looseObject({}),
  }),
  toClient: lazily({
    /** From Lua: `tui.send`, `socket.send`. */
    message: () => z.object({ data: luaMessage() }),
    /** The ptyhost was replaced: take a new ticket and view again. */
    ptyhostChanged: () => z.object({ reason: z.string() }),
    luaOutput,
    errorReported: () => z.object({ error: reportedError() }),
  }),
})
export type HubProtocol = typeof hubProtocol
