/** A tool as the Model Context Protocol describes it. */
export interface McpTool {
  readonly name: string
  readonly description?: string
  readonly inputSchema: { readonly type: 'object'; readonly [field: string]: unknown }
}

export interface McpPrompt {
  readonly name: string
  readonly description?: string
  readonly arguments?: readonly { readonly name: string; readonly description?: string; readonly required?: boolean }[]
}

/** What a tool answered: content items, or what went wrong as one of them. */
export interface McpToolResult {
  readonly content: readonly Record<string, unknown>[]
  readonly isError?: boolean
}

export interface McpPromptResult {
  readonly description?: string
  readonly messages: readonly Record<string, unknown>[]
}

export type McpList = 'tools' | 'prompts'

/** Who answers: the hub's Lua, from inside the hub or by its socket. @throws Error that says what was wrong */
export interface McpBackend {
  listTools(): Promise<McpTool[]>
  callTool(name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<McpToolResult>
  listPrompts(): Promise<McpPrompt[]>
  getPrompt(name: string, args: Readonly<Record<string, unknown>>): Promise<McpPromptResult>
  /** Hears when a list changed. Returns a function that takes the listener off again. */
  onListChanged(listener: (list: McpList) => void): () => void
}
