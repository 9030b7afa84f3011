import type { McpBackend, McpList, McpPrompt, McpPromptResult, McpTool, McpToolResult } from '../../hub/mcp/backend.ts'
import { luaBackend } from '../../hub/mcp/lua-backend.ts'
import { type HubConnection, requireHub } from '../connect.ts'
import { runHubCommand } from '../hub-command.ts'
import type { Place } from '../place.ts'

/** The subscription by which changes are heard of. */
const SUBSCRIPTION = 'mcp'

/** The hub's tools through its socket. A hub that was restarted is connected to again at the next question. */
export class HubBackend implements McpBackend, AsyncDisposable {
  readonly #place: Place
  readonly #lua: McpBackend
  readonly #listeners = new Set<(list: McpList) => void>()
  #connection: Promise<HubConnection> | undefined

  private constructor(place: Place, token: string | undefined) {
    this.#place = place
    this.#lua = luaBackend(
      async (name, args) => runHubCommand(await this.#connected(token), name, args),
      token,
      (listener) => this.onListChanged(listener),
    )
  }

  /** @throws CommandFailed when no hub can be had */
  static async open(place: Place, token: string | undefined): Promise<HubBackend> {
    const backend = new HubBackend(place, token)
    await backend.#connected(token)
    return backend
  }

  listTools(): Promise<McpTool[]> {
    return this.#lua.listTools()
  }

  callTool(name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<McpToolResult> {
    return this.#lua.callTool(name, args, signal)
  }

  listPrompts(): Promise<McpPrompt[]> {
    return this.#lua.listPrompts()
  }

  getPrompt(name: string, args: Readonly<Record<string, unknown>>): Promise<McpPromptResult> {
    return this.#lua.getPrompt(name, args)
  }

  onListChanged(listener: (list: McpList) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined)
    connection?.close('done')
  }

  #connected(token: string | undefined): Promise<HubConnection> {
    this.#connection ??= this.#connect(token).catch((error: unknown) => {
      this.#connection = undefined
      throw error
    })
    return this.#connection
  }

  async #connect(token: string | undefined): Promise<HubConnection> {
    const connection = await requireHub(this.#place, {
      role: 'cli',
      start: 'needed',
      environment: true,
      onMessage: (message) => {
        if (message.type === 'message') this.#hear(message.data)
      },
      onClose: () => {
        this.#connection = undefined
      },
    })
    const data = {
      type: 'subscribe',
      channel: 'mcp',
      subscriptionId: SUBSCRIPTION,
      params: token === undefined ? {} : { token },
    }
    connection.send({ type: 'message', data })
    return connection
  }

  #hear({ type }: Record<string, unknown>): void {
    const list = type === 'tools_list_changed' ? 'tools' : type === 'prompts_list_changed' ? 'prompts' : undefined
    if (list !== undefined) for (const listener of this.#listeners) listener(list)
  }
}
