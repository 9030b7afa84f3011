import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createMcpServer } from '../../hub/mcp/server.ts'
import { botsterVersion } from '../../protocol/version.ts'
import type { Place } from '../place.ts'
import { HubBackend } from './hub-backend.ts'

/** Speaks the Model Context Protocol on stdin and stdout until the client closes stdin. */
export async function serveMcp(place: Place): Promise<void> {
  await using backend = await HubBackend.open(place, process.env.BOTSTER_AGENT_TOKEN)
  const server = await createMcpServer(backend, botsterVersion())
  const transport = new StdioServerTransport()
  const { promise, resolve } = Promise.withResolvers<void>()
  process.stdin.once('end', resolve).once('close', resolve) // the transport does not notice that its client is gone
  await server.connect(transport)
  const { onclose } = server
  server.onclose = () => {
    onclose?.()
    resolve()
  }
  await promise
  await server.close()
}
