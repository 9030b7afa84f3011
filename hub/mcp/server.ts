import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  GetPromptRequestSchema,
  type GetPromptResult,
  ListPromptsRequestSchema,
  type ListPromptsResult,
  ListToolsRequestSchema,
  type ListToolsResult,
} from '@modelcontextprotocol/sdk/types.js'
import type { McpBackend } from './backend.ts'

const INSTRUCTIONS =
  'botster runs coding agents side by side, each in its own git worktree and terminal. With these tools you see them, ' +
  'start more, talk to them, read their screens, wait for them, and ask the person who is responsible for you.'

/**
 * A server of the Model Context Protocol for one client: lists and calls what the backend has, and says when that
 * changed. Loads the SDK: import this file only where somebody speaks the protocol.
 */
export function createMcpServer(backend: McpBackend, version: string): Server {
  const server = new Server(
    { name: 'botster', version },
    { capabilities: { tools: { listChanged: true }, prompts: { listChanged: true } }, instructions: INSTRUCTIONS },
  )
  server.setRequestHandler(
    ListToolsRequestSchema,
    async () => ({ tools: await backend.listTools() }) as unknown as ListToolsResult,
  )
  server.setRequestHandler(
    CallToolRequestSchema,
    async ({ params: { name, arguments: args = {} } }, { signal }) =>
      (await backend.callTool(name, args, signal)) as unknown as CallToolResult,
  )
  server.setRequestHandler(
    ListPromptsRequestSchema,
    async () => ({ prompts: await backend.listPrompts() }) as unknown as ListPromptsResult,
  )
  server.setRequestHandler(
    GetPromptRequestSchema,
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
