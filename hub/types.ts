import type { Logger } from 'pino'
import type { LuaConsole } from '../lua/console/console.ts'
import type { OutboxOptions } from '../lua/console/outbox.ts'
import type { Signal } from '../protocol/messages/ptyhost.ts'
import type { HubPaths } from '../protocol/paths.ts'
import type { PortBlocks } from './agents/port-blocks.ts'
import type { ClientInfo, Clients } from './clients.ts'
import type { ReportedErrors } from './errors.ts'
import type { HistoryKeeper } from './history/keeper.ts'
import type { McpSurface } from './mcp/surface.ts'
import type { Outcome } from './outcome.ts'
import type { PtyhostChange, PtyhostLink } from './ptyhost-link.ts'
import type { Records } from './records/records.ts'
import type { RepositoryTrust } from './trust.ts'
import type { Worktrees } from './worktrees/worktrees.ts'

/** A message as Lua sends and receives it. */
export type Message = Record<string, unknown>

/** What the parts of a hub know of it: everything a Lua primitive may be built on. Made in hub/hub.ts. */
export interface HubContext {
  readonly id: string
  /** Real path of the main worktree, or of the directory when it is in no repository. */
  readonly root: string
  readonly paths: HubPaths
  readonly log: Logger
  readonly errors: ReportedErrors
  readonly records: Records
  readonly portBlocks: PortBlocks
  readonly mcp: McpSurface
  readonly history: HistoryKeeper
  readonly ptyhost: PtyhostLink
  readonly clients: Clients
  readonly worktrees: Worktrees
  readonly trust: RepositoryTrust
  /** Ends the hub in order, once the present turn is over; with `agents` also the ptyhost and every agent in it. */
  quit(options?: { readonly agents?: boolean }): void
}

/**
 * The hub's Lua as the rest of the hub sees it: made by `bootHubLua(context)` in hub/lua.ts.
 * Nothing here throws for an error in a script: it is reported through `context.errors`.
 */
export interface HubLua extends AsyncDisposable {
  /** Runs a registered command for a client. `nil, message, err` of Lua becomes a failed outcome. */
  command(clientId: string, name: string, args: Message): Promise<Outcome<unknown>>
  /** A client said hello. Its messages follow. */
  clientConnected(client: ClientInfo): void
  clientDisconnected(client: ClientInfo, reason: string): void
  clientMessage(clientId: string, data: Message): void
  /** Something a session said besides its screen. `exit` comes exactly once for every session. */
  signal(signal: Signal): void
  /** The records were already brought in line with it: agents whose sessions were lost have status 'lost'. */
  ptyhostChanged(change: PtyhostChange): void
  /** For a person who types Lua. The caller disposes of it. */
  openConsole(output: OutboxOptions): LuaConsole
  /** Agents that exist, in whatever status. */
  agentCount(): number
  /** The hub is about to end: last words (the `shutdown` event). Disposing follows. */
  shutdown(): Promise<void>
}
