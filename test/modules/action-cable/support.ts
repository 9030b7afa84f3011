/** A VM with `action_cable`, and a server written from the public description of the protocol. */
import http from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { actionCableModule } from '../../../lua/modules/action-cable.ts'
import type { CableTiming } from '../../../lua/modules/cable/connection.ts'
import { newVm, type TestVm } from '../../lua/support.ts'
import { listen } from '../support/server.ts'

/** Connects again soon enough for a test. */
export const QUICK: Partial<CableTiming> = { firstDelayMs: 20, mostDelayMs: 100 }

export const withCable = (timing: Partial<CableTiming> = QUICK): Promise<TestVm> =>
  newVm({ modules: [actionCableModule({ timing })] })

/** Connects, and notes in the global `log` what happens; the connection is the global `conn`. */
export const CONNECT = `
  log = {}
  function note(...) log[#log + 1] = table.concat({ ... }, ' ') end
  local options = ...
  options.on_connected = function() note('connected') end
  options.on_disconnected = function(message, err)
    note('disconnected', err.kind, tostring(err.reconnects))
    reason = message
  end
  options.on_confirmed = function(channel) note('confirmed', channel) end
  options.on_rejected = function(channel) note('rejected', channel) end
  conn = assert(action_cable.connect(options))`

/** Subscribes to the given channel; messages end in the global `messages`. */
export const SUBSCRIBE = `
  messages = messages or {}
  local name, params = ...
  channel = assert(action_cable.subscribe(conn, name, params or {}, function(message, id)
    messages[#messages + 1] = { id = id, message = message }
  end))
  return channel`

export const log = (t: TestVm) => t.vm.getGlobal('log') as string[]
export const messages = (t: TestVm) => t.vm.getGlobal('messages')

export interface Peer extends AsyncDisposable {
  readonly url: string
  readonly sockets: WebSocket[]
  readonly requests: http.IncomingMessage[]
  /** Every command it was sent, in order. */
  readonly commands: { command: string; identifier: string; data?: string }[]
  /** Sends to the latest connection. */
  send(message: unknown): void
}

/** A server of the protocol: welcomes, and confirms every subscription unless `answer` handles it. */
export async function peer(
  answer: (socket: WebSocket, command: string, identifier: string) => boolean = () => false,
): Promise<Peer> {
  const server = http.createServer()
  const webSockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] ?? false })
  const sockets: WebSocket[] = []
  const requests: http.IncomingMessage[] = []
  const commands: Peer['commands'] = []
  webSockets.on('connection', (socket, request) => {
    sockets.push(socket)
    requests.push(request)
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Peer['commands'][number]
      commands.push(message)
      const { command, identifier } = message
      if (answer(socket, command, identifier) || command !== 'subscribe') return
      socket.send(JSON.stringify({ type: 'confirm_subscription', identifier }))
    })
    socket.send(JSON.stringify({ type: 'welcome' }))
  })
  const listening = await listen(server, 'ws')
  return {
    url: listening.url,
    sockets,
    requests,
    commands,
    send: (message) => sockets.at(-1)?.send(typeof message === 'string' ? message : JSON.stringify(message)),
    [Symbol.asyncDispose]: async () => {
      webSockets.close()
      await listening[Symbol.asyncDispose]()
    },
  }
}
