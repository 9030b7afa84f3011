import type { HubContext } from '../types.ts'
import type { Transport } from './forwarders.ts'

/** Clients of the hub's socket: the TUIs, or all others. */
export function clientTransport({ clients }: HubContext, name: 'tui' | 'socket'): Transport {
  return {
    name,
    isConnected: (id) => {
      const client = clients.get(id)
      return client !== undefined && (client.role === 'tui') === (name === 'tui')
    },
    send: (id, message) => clients.send(id, message),
    drained: (id) => clients.drained(id),
    onGone: (listener) => clients.onDisconnected(({ id }) => listener(id)),
  }
}
