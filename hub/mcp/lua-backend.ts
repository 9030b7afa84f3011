import * as z from 'zod'
import type { McpBackend, McpPrompt, McpPromptResult, McpTool, McpToolResult } from './backend.ts'

/** Runs a command of the hub's Lua and returns its value. @throws Error with Lua's words when it refuses */
export type RunCommand = (name: string, args: Record<string, unknown>) => Promise<unknown>

/** An empty Lua table does not say whether it is a list. */
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : []), z.array(item))
const text = z.string().nullish()

const tools = z.object({
  tools: list(z.object({ name: z.string(), description: text, input_schema: z.unknown() })),
})
const prompts = z.object({
  prompts: list(
    z.object({
      name: z.string(),
      description: text,
      arguments: list(z.object({ name: z.string(), description: text, required: z.boolean().nullish() })),
    }),
  ),
})
const items = z.array(z.looseObject({}))
const toolResult = z.object({ content: z.preprocess((value) => (Array.isArray(value) ? value : []), items) })
const promptResult = z.object({
  description: text,
  messages: z.preprocess((value) => (Array.isArray(value) ? value : []), items),
})

/**
 * Tools and prompts of lua/lib/mcp.lua, through the hub's commands.
 * @param token says on whose behalf; none for the person
 * @param onListChanged how changes are heard of
 */
export function luaBackend(
  run: RunCommand,
  token: string | undefined,
  onListChanged: McpBackend['onListChanged'],
): McpBackend {
  return {
    onListChanged,
    listTools: async () => tools.parse(await run('mcp_list_tools', { token })).tools.map(toolOf),
    callTool: async (name, args) => {
      try {
        return toolResult.parse(await run('mcp_call_tool', { name, arguments: args, token })) as McpToolResult
      } catch (error) {
        // What a tool refuses is for the model to read and to do something about.
        return { content: [{ type: 'text', text: (error as Error).message }], isError: true }
      }
    },
    listPrompts: async () => prompts.parse(await run('mcp_list_prompts', { token })).prompts.map(promptOf),
    getPrompt: async (name, args) => {
      const { description, messages } = promptResult.parse(
        await run('mcp_get_prompt', { name, arguments: args, token }),
      )
      return { ...(description && { description }), messages } satisfies McpPromptResult
    },
  }
}

function toolOf({ name, description, input_schema }: z.infer<typeof tools>['tools'][number]): McpTool {
  return { name, ...(description && { description }), inputSchema: schemaOf(input_schema) }
}

/** Maps that are empty come from Lua as lists. */
function schemaOf(schema: unknown): McpTool['inputSchema'] {
  const fields = isRecord(schema) ? { ...schema } : {}
  if (Array.isArray(fields.properties)) fields.properties = {}
  if (isRecord(fields.required)) delete fields.required
  return { ...fields, type: 'object' }
}

function promptOf(prompt: z.infer<typeof prompts>['prompts'][number]): McpPrompt {
  const given = prompt.arguments.map(({ name, description, required }) => ({
    name,
    ...(description && { description }),
    required: required ?? false,
  }))
  return { name: prompt.name, ...(prompt.description && { description: prompt.description }), arguments: given }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
