/** A VM with `websocket`, and servers to connect to. */
import http from 'node:http'
import https from 'node:https'
import type net from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { type WebSocketModuleOptions, websocketModule } from '../../../lua/modules/websocket.ts'
import { newVm, type TestVm } from '../../lua/support.ts'
import { listen, type TestServer } from '../support/server.ts'

/** Notes in the global `log` what happens to a connection; its id is the global `id`. */
export const CONNECT = `
  log = {}
  local function note(...) log[#log + 1] = table.concat({ ... }, ' ') end
  local url, more = ...
  local handlers = {
    on_open = function(protocol) note('open', protocol) end,
    on_message = function(message, is_binary) note('message', #message, tostring(is_binary)) last = message end,
    on_close = function(code, reason) note('close', code, reason) end,
    on_error = function(message, err) note('error', err.kind) reason = message err_status = err.status end,
  }
  for key, value in pairs(more or {}) do handlers[key] = value end
  id = assert(websocket.connect(url, handlers))
  return id`

export const withWebsocket = (options: WebSocketModuleOptions = {}): Promise<TestVm> =>
  newVm({ modules: [websocketModule(options)] })

/** What CONNECT noted so far. */
export const log = (t: TestVm) => t.vm.getGlobal('log')

export interface Peer extends AsyncDisposable {
  readonly url: string
  readonly sockets: WebSocket[]
  readonly listening: Omit<TestServer, 'received'>
  readonly requests: http.IncomingMessage[]
}

/** A WebSocket server that does as told with each connection. */
export async function peer(
  onSocket: (socket: WebSocket) => void = () => undefined,
  options: object = {},
  server: http.Server | https.Server = http.createServer(),
): Promise<Peer> {
  const sockets: WebSocket[] = []
  const requests: http.IncomingMessage[] = []
  const webSockets = new WebSocketServer({ server, ...options })
  webSockets.on('connection', (socket, request) => {
    sockets.push(socket)
    requests.push(request)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  const listening = await listen(server, server instanceof https.Server ? 'wss' : 'ws')
  const dispose = async () => {
    webSockets.close()
    await listening[Symbol.asyncDispose]()
  }
  return { url: listening.url, sockets, requests, listening, [Symbol.asyncDispose]: dispose }
}

/** A server that sends back what it gets. */
export const echo = () => peer((socket) => socket.on('message', (data, binary) => socket.send(data, { binary })))

/** The TCP connection below a server's WebSocket. */
export function rawSocket(socket: WebSocket): net.Socket {
  return (socket as unknown as { _socket: net.Socket })._socket
}
