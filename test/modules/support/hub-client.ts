import { connect } from '../../../protocol/client.ts'
import type { Connection } from '../../../protocol/connection.ts'
import { type HubProtocol, hubProtocol } from '../../../protocol/messages/hub.ts'
import { until, type World } from '../../hub/lua/world.ts'

type Data = Record<string, unknown>

/** A client of the hub's socket with all it has received. */
export interface HubClient extends Disposable {
  readonly id: string
  readonly connection: Connection<HubProtocol, 'client'>
  readonly received: Data[]
  send(data: Data): void
  /** The first message of a type that `fits`. */
  hear(type: string, fits?: (data: Data) => boolean): Promise<Data>
}

export async function hubClient(world: World, role: 'tui' | 'peer'): Promise<HubClient> {
  const received: Data[] = []
  const before = new Set(world.hub.clients.list().map(({ id }) => id))
  const connection = await connect({
    path: world.hub.paths.hubSocket,
    protocol: hubProtocol,
    role,
    onMessage: (message) => {
      if (message.type === 'message') received.push(message.data)
    },
  })
  const { id } = await until(() => world.hub.clients.list().find((client) => !before.has(client.id)), 'the client')
  return {
    id,
    connection,
    received,
    send: (data) => connection.send({ type: 'message', data }),
    hear: (type, fits = () => true) =>
      until(() => received.find((data) => data.type === type && fits(data)), `a message '${type}'`),
    [Symbol.dispose]: () => connection.close('done'),
  }
}
