import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type {
  CallToolResult,
  GetPromptResult,
  ListPromptsResult,
  ListToolsResult,
} from '@modelcontextprotocol/sdk/types.js'
import type { McpBackend } from './backend.ts'

const INSTRUCTIONS =
  'botster runs coding agents side by side, each in its own git worktree and terminal. With these tools you see them, ' +
  'start more, talk to them, read their screens, wait for them, and ask the person who is responsible for you.'

/**
 * A server of the Model Context Protocol for one client: lists and calls what the backend has, and says when that
 * changed. The SDK is loaded here and no sooner: its 450 files are for the hubs that somebody speaks the protocol to,
 * and a bundler would have every hub read what is imported at the top of a file.
 */
export async function createMcpServer(backend: McpBackend, version: string): Promise<Server> {
  const [{ Server }, sdk] = await Promise.all([
    import('@modelcontextprotocol/sdk/server/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
  ])
  const server = new Server(
    { name: 'botster', version },
    { capabilities: { tools: { listChanged: true }, prompts: { listChanged: true } }, instructions: INSTRUCTIONS },
  )
  server.setRequestHandler(
    sdk.ListToolsRequestSchema,
    async () => ({ tools: await backend.listTools() }) as unknown as ListToolsResult,
  )
  server.setRequestHandler(
    sdk.CallToolRequestSchema,
    async ({ params: { name, arguments: args = {} } }, { signal }) =>
      (await backend.callTool(name, args, signal)) as unknown as CallToolResult,
  )
  server.setRequestHandler(
    sdk.ListPromptsRequestSchema,
    async () => ({ prompts: await backend.listPrompts() }) as unknown as ListPromptsResult,
  )
  server.setRequestHandler(
    sdk.GetPromptRequestSchema,
    async ({ params: { name, arguments: args = {} } }) =>
      (await backend.getPrompt(name, args)) as unknown as GetPromptResult,
  )
  const off = backend.onListChanged((list) => {
    const told = list === 'tools' ? server.sendToolListChanged() : server.sendPromptListChanged()
    told.catch(() => {}) // the client is not ready, or gone: it lists when it needs to
  })
  server.onclose = off
  return server
}
