import { createHmac, timingSafeEqual } from 'node:crypto'

const SEPARATOR = '.'

/** Whom a token stands for: one agent, or the person whose hub this is. */
export type McpCaller = { readonly agent: string } | 'person'

/**
 * Tokens of the hub's MCP endpoint. The key itself is the person's; an agent's is made from it and the agent's id, so
 * that one that outlives the hub is known to the next.
 */
export class McpTokens {
  readonly #key: string

  constructor(key: string) {
    this.#key = key
  }

  get person(): string {
    return this.#key
  }

  ofAgent(id: string): string {
    return `${id}${SEPARATOR}${createHmac('sha256', this.#key).update(id).digest('hex')}`
  }

  /** Whom the token stands for; undefined when it is not one of ours. */
  caller(token: string): McpCaller | undefined {
    if (isSame(token, this.#key)) return 'person'
    const id = token.slice(0, Math.max(0, token.indexOf(SEPARATOR)))
    return id !== '' && isSame(token, this.ofAgent(id)) ? { agent: id } : undefined
  }
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
