import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { McpBackend } from './backend.ts'
import { createMcpServer } from './server.ts'

/** Sessions that may be open at once; the one that was quiet longest goes when there are more. */
const MAX_SESSIONS = 200

interface Session {
  readonly transport: StreamableHTTPServerTransport
  readonly token: string
}

/** The sessions of the streamable HTTP transport: one for each client that initialized. */
export class McpSessions implements AsyncDisposable {
  readonly #options: { readonly backend: (token: string) => McpBackend; readonly version: string }
  /** By session id, the one that was used last at the end. */
  readonly #sessions = new Map<string, Session>()

  constructor(options: { readonly backend: (token: string) => McpBackend; readonly version: string }) {
    this.#options = options
  }

  /** Answers a request whose token is good. A session belongs to the token it was opened with. */
  async handle(request: IncomingMessage, response: ServerResponse, token: string): Promise<void> {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? this.#sessions.get(id) : undefined
    if (known !== undefined && known.token === token) {
      this.#sessions.delete(id as string)
      this.#sessions.set(id as string, known)
      return known.transport.handleRequest(request, response)
    }
    if (id !== undefined) {
      // The protocol's word for "initialize again".
      response.writeHead(404, { 'content-type': 'application/json' })
      const error = { code: -32001, message: 'this session is gone: initialize again' }
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
      return
    }
    const transport = await this.#open(token)
    try {
      await transport.handleRequest(request, response)
    } finally {
      if (transport.sessionId === undefined) await transport.close() // it was no initialize
    }
  }

  async #open(token: string): Promise<StreamableHTTPServerTransport> {
    const { backend, version } = this.#options
    const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js')
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        this.#sessions.set(id, { transport, token })
        this.#dropOldest()
      },
      onsessionclosed: (id) => {
        this.#sessions.delete(id)
      },
    })
    // Its optional handlers are typed without undefined, which exactOptionalPropertyTypes minds.
    const server = await createMcpServer(backend(token), version)
    await server.connect(transport as Transport)
    return transport
  }

  #dropOldest(): void {
    for (const [id, { transport }] of this.#sessions) {
      if (this.#sessions.size <= MAX_SESSIONS) return
      this.#sessions.delete(id)
      void transport.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ transport }) => transport.close()))
    this.#sessions.clear()
  }
}
