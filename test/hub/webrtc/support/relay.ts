import { type DataChannel, PeerConnection } from 'node-datachannel'
import { LOOPBACK } from './device.ts'

/** One of the two connections of somebody who stands in between. */
export class Relay {
  readonly connection = new PeerConnection('relay', LOOPBACK)
  onMessage: (wire: Buffer) => void = () => {}
  readonly #side: 'offer' | 'answer'
  readonly #waiting: Buffer[] = []
  #data: DataChannel | undefined

  constructor(side: 'offer' | 'answer') {
    this.#side = side
    if (side === 'answer') this.connection.onDataChannel((data) => this.#adopt(data))
  }

  /** Offers, after the handlers were set. */
  begin(): void {
    if (this.#side === 'answer') return
    const data = this.connection.createDataChannel('botster')
    data.onOpen(() => this.#adopt(data))
  }

  send(wire: Buffer): void {
    if (this.#data === undefined) this.#waiting.push(wire)
    else if (this.#data.isOpen()) this.#data.sendMessageBinary(wire)
  }

  #adopt(data: DataChannel): void {
    this.#data = data
    data.onMessage((message) => this.onMessage(message as Buffer))
    for (const wire of this.#waiting.splice(0)) data.sendMessageBinary(wire)
  }
}
