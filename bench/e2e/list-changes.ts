import { setTimeout as sleep } from 'node:timers/promises'
import { type HubConnection, requireHub } from '../../bin/connect.ts'
import type { Place } from '../../bin/place.ts'

/** Renames agents again and again, and counts the lists that the hub sends to its clients because of it. */
export class ListChanges implements AsyncDisposable {
  readonly #ended = new AbortController()
  readonly #renaming: Promise<void>

  static async start(place: Place, agents: readonly string[], perSecond: number): Promise<ListChanges> {
    let lists = 0
    const connection = await requireHub(place, {
      role: 'cli',
      start: 'never',
      onMessage: (message) => {
        if (message.type === 'message' && message.data.type === 'agent_list') lists++
      },
    })
    connection.send({ type: 'message', data: { subscriptionId: 'bench', type: 'subscribe', channel: 'hub' } })
    return new ListChanges(connection, agents, perSecond, () => lists)
  }

  private constructor(
    connection: HubConnection,
    agents: readonly string[],
    perSecond: number,
    listsSent: () => number,
  ) {
    this.#renaming = this.#rename(connection, agents, perSecond, listsSent)
    this.#renaming.catch(() => {}) // thrown when disposing
  }

  /** @throws Error when fewer lists were sent than asked for: nothing was measured then */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#renaming
  }

  async #rename(
    connection: HubConnection,
    agents: readonly string[],
    perSecond: number,
    listsSent: () => number,
  ): Promise<void> {
    using _ = connection
    const { signal } = this.#ended
    const started = performance.now()
    let renamed = 0
    while (!signal.aborted) {
      const agent = agents[renamed % agents.length]!
      await connection.request('command', { name: 'rename_agent', args: { agent, name: `${agent} ${renamed}` } })
      renamed++
      const due = started + (renamed * 1000) / perSecond
      await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => {})
    }
    const seconds = (performance.now() - started) / 1000
    const sent = listsSent() / seconds
    if (sent < perSecond * 0.8) throw new Error(`the list changed only ${sent.toFixed(1)} times a second`)
  }
}
