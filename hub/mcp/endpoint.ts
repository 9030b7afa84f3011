import { chmodSync, renameSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { McpBackend } from './backend.ts'
import { McpSessions } from './sessions.ts'
import type { McpTokens } from './tokens.ts'

/** Where the protocol is spoken; everything else is not found. */
const PATH = '/mcp'
/** Connections at once: every agent of fifty with a few clients each. */
const MAX_CONNECTIONS = 256

export interface McpEndpointOptions {
  readonly tokens: McpTokens
  /** The port of the last time, so that a client that was set up once finds the hub again. */
  readonly port?: number
  /** Where the address and the person's token are written, mode 0600. */
  readonly file: string
  readonly version: string
  /** Answers on behalf of whoever a token stands for. */
  readonly backend: (token: string) => McpBackend
  readonly onError: (error: unknown) => void
}

/** The Model Context Protocol over HTTP, on loopback, for whoever has a token. The SDK is loaded at the first request. */
export class McpEndpoint implements AsyncDisposable {
  readonly #options: McpEndpointOptions
  readonly #server: Server
  readonly #sessions: McpSessions

  private constructor(options: McpEndpointOptions, server: Server) {
    this.#options = options
    this.#server = server
    this.#sessions = new McpSessions(options)
  }

  /** @throws Error when no port can be had or the file cannot be written. */
  static async open(options: McpEndpointOptions): Promise<McpEndpoint> {
    const { createServer } = await import('node:http')
    const server = createServer()
    server.maxConnections = MAX_CONNECTIONS
    const endpoint = new McpEndpoint(options, server)
    server.on('request', (request, response) => void endpoint.#serve(request, response))
    if (!(await listens(server, options.port ?? 0)) && !(await listens(server, 0))) {
      throw new Error('no port of 127.0.0.1 is free for the MCP endpoint')
    }
    server.unref()
    writePrivately(options.file, JSON.stringify({ url: endpoint.url, token: options.tokens.person }, null, 2))
    return endpoint
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${PATH}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]()
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      // A page in a browser may send requests here under a name of its own: only the real one is answered.
      if (!isLocal(request.headers.host) || request.headers.origin !== undefined) return refuse(response, 403)
      if (new URL(request.url ?? '/', this.url).pathname !== PATH) return refuse(response, 404)
      const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
      if (this.#options.tokens.caller(token) === undefined) return refuse(response, 401)
      await this.#sessions.handle(request, response, token)
    } catch (error) {
      this.#options.onError(error)
      if (response.headersSent) response.destroy()
      else refuse(response, 500)
    }
  }
}

async function listens(server: Server, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  server.once('error', () => resolve(false))
  server.listen(port, '127.0.0.1', () => resolve(true))
  return promise.finally(() => server.removeAllListeners('error'))
}

function isLocal(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)
}

const REASONS = {
  401: 'a token is needed: Authorization: Bearer … (see mcp.json in the directory of the hub)',
  403: 'this is for programs of this machine',
  404: 'there is nothing here but /mcp',
  500: 'it failed: see the log of the hub',
} as const

function refuse(response: ServerResponse, status: keyof typeof REASONS): void {
  const headers = { 'content-type': 'application/json', ...(status === 401 && { 'www-authenticate': 'Bearer' }) }
  response.writeHead(status, headers)
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message: REASONS[status] } }))
}

/** Whole or not at all, and never readable by others. */
function writePrivately(path: string, text: string): void {
  const draft = `${path}.new`
  writeFileSync(draft, `${text}\n`, { mode: 0o600 })
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}
