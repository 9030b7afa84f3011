import { join } from 'node:path'
import { botsterVersion } from '../../protocol/version.ts'
import { Listeners } from '../listeners.ts'
import { readOrCreateKey } from '../ptyhost/key.ts'
import type { McpBackend, McpList } from './backend.ts'
import { McpEndpoint } from './endpoint.ts'
import { McpTokens } from './tokens.ts'

export interface McpSurfaceOptions {
  /** The hub's directory: the key and the address are written there. */
  readonly directory: string
  readonly onError: (error: unknown) => void
}

/** What a hub offers by the Model Context Protocol: who may come, where, and when the lists changed. */
export class McpSurface implements AsyncDisposable {
  readonly tokens: McpTokens
  readonly #options: McpSurfaceOptions
  readonly #changes: Listeners<[McpList]>
  #endpoint: McpEndpoint | undefined

  /** @throws Error when the key cannot be read. */
  constructor(options: McpSurfaceOptions) {
    this.#options = options
    this.tokens = new McpTokens(readOrCreateKey(join(options.directory, 'mcp.key')))
    this.#changes = new Listeners(options.onError)
  }

  /** Address of the HTTP endpoint, while it listens. */
  get url(): string | undefined {
    return this.#endpoint?.url
  }

  /** Begins to listen. @returns the port @throws Error when it cannot */
  async listen(port: number | undefined, backend: (token: string) => McpBackend): Promise<number> {
    const { directory, onError } = this.#options
    const file = join(directory, 'mcp.json')
    this.#endpoint = await McpEndpoint.open({
      tokens: this.tokens,
      port,
      file,
      version: botsterVersion(),
      backend,
      onError,
    })
    return this.#endpoint.port
  }

  /** Lua's tools or prompts are others now. */
  tellListChanged(list: McpList): void {
    this.#changes.notify(list)
  }

  /** Returns a function that takes the listener off again. */
  onListChanged(listener: (list: McpList) => void): () => void {
    return this.#changes.add(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endpoint?.[Symbol.asyncDispose]()
    this.#endpoint = undefined
  }
}
