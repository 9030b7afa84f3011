import type { ReadStream, WriteStream } from 'node:tty'
import type { Worker } from 'node:worker_threads'
import type { Connection, Received } from '../protocol/connection.ts'
import type { HubProtocol } from '../protocol/messages/hub.ts'

export type HubConnection = Connection<HubProtocol, 'client'>

/** What the TUI wants to hear of a hub connection; handed to the connection when it is made. */
export interface HubHandlers {
  readonly onMessage: (message: Received<HubProtocol, 'client'>) => void
  /** Once, after the connection was established. */
  readonly onClose: (reason: string) => void
  readonly onWarning: (warning: string) => void
}

/** What `botster` hands to `runTui`. Injected, because starting a hub is the business of bin/. */
export interface TuiOptions {
  /**
   * Connects to the hub with role `tui`, starting it when it does not run, and tells it this client's environment.
   * Called again, after a pause, whenever the connection was lost or an attempt failed.
   * @throws whatever went wrong; the first time that ends the TUI, later it is shown and tried again.
   */
  readonly connectHub: (handlers: HubHandlers) => Promise<HubConnection>
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv
  /** Id of the one session to show, full screen, without the user's UI around it. @default the whole UI */
  readonly soloSession?: string
  /** Directory with layout.lua, … as shipped. @default lua/ui of the package */
  readonly shippedUi?: string
  /** The bundled chrome worker. @default dist/chrome.js of the package */
  readonly chromeWorker?: string | URL
  /** The chrome worker when it was started before the UI was loaded. @default started by the UI */
  readonly startedWorker?: Worker
  /** Where to write what must not reach the terminal. @default dropped */
  readonly log?: (line: string) => void
}
