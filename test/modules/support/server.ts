/** Real servers on 127.0.0.1, and what they were asked. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: string[]
  readonly body: Buffer
}

export interface TestServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly received: Received[]
  readonly server: Server
  /** Connections that are open now. */
  readonly connections: Set<Socket>
}

export type Answer = (request: Received, response: ServerResponse) => void

/** A web server that answers as told, once it has read the whole request. */
export async function serve(answer: Answer, tls?: { key: string; cert: string }): Promise<TestServer> {
  const received: Received[] = []
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request
      const one = { method, url, headers, rawHeaders, body: Buffer.concat(chunks) }
      received.push(one)
      answer(one, response)
    })
  }
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener)
  return { ...(await listen(server, tls === undefined ? 'http' : 'https')), received }
}

/** Lets any server listen on a free port of 127.0.0.1. */
export async function listen(server: Server, scheme = 'http'): Promise<Omit<TestServer, 'received'>> {
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    server,
    connections,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((done) => server.close(done))
      for (const socket of connections) socket.destroy()
      await closed
    },
  }
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  await using server = await listen(http.createServer())
  return server.port
}

/** A self-signed certificate for a host name or address. */
export function certificate(name: string, days = 30): { key: string; cert: string } {
  const directory = mkdtempSync(join(tmpdir(), 'botster-certificate-'))
  try {
    const key = join(directory, 'key.pem')
    const cert = join(directory, 'cert.pem')
    const subject = /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    args.push('-keyout', key, '-out', cert, '-days', String(days), '-subj', `/CN=${name}`)
    args.push('-addext', `subjectAltName=${subject}`)
    const made = spawnSync('openssl', args, { encoding: 'utf8' })
    if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`)
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
