import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { OutgoingSignal } from '../../../hub/webrtc/channel.ts'
import type { World } from '../../hub/lua/world.ts'
import { eventually } from '../../hub/support/eventually.ts'
import { Device } from '../../hub/webrtc/support/device.ts'

/** What a plugin with a signalling channel does; its channel is this test. */
const PLUGIN = `
signals = {}
events.on("outgoing_signal", function(signal) signals[#signals + 1] = signal end)
function take_signals() local taken = signals; signals = {}; return { signals = taken } end
`

/** Devices that find a hub through its Lua. */
export class Signalling implements AsyncDisposable {
  readonly #world: World
  readonly #devices = new Map<string, Device>()
  readonly #ended = new AbortController()
  #carrying: Promise<void> | undefined

  constructor(world: World) {
    this.#world = world
  }

  /** Connects a device and waits until it was let in. */
  async connect(identity: string, url: string, options?: ConstructorParameters<typeof Device>[1]): Promise<Device> {
    const device = await this.offer(identity, url, options)
    await eventually(() => expect(device.welcome ?? device.refused).toBeDefined())
    return device
  }

  /** Begins to connect a device. */
  async offer(identity: string, url: string, options?: ConstructorParameters<typeof Device>[1]): Promise<Device> {
    const world = this.#world
    if (this.#carrying === undefined) {
      await world.eval(PLUGIN)
      this.#carrying = this.#carry()
    }
    const device = new Device(url, options)
    this.#devices.set(identity, device)
    let offered: Promise<unknown> | undefined
    const name = JSON.stringify(identity)
    device.call({
      offer: (sdp) => {
        const call = `hub.handle_webrtc_offer(${name}, ${JSON.stringify(sdp)}, { bind_address = "127.0.0.1" })`
        offered = world.eval(`return assert(${call})`)
      },
      candidate: (candidate) => {
        const call = `hub.handle_ice_candidate(${name}, { candidate = ${JSON.stringify(candidate)}, sdpMid = "0" })`
        void offered?.then(() => world.eval(`return assert(${call})`))
      },
    })
    await eventually(() => expect(offered).toBeDefined())
    await offered
    return device
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#carrying
    for (const device of this.#devices.values()) device[Symbol.dispose]()
  }

  async #carry(): Promise<void> {
    type Taken = { signals: (OutgoingSignal & { identity: string })[] | object }
    while (!this.#ended.signal.aborted) {
      // Answers come without a turn of the event loop: without a pause nothing else would ever run.
      await setTimeout(10)
      const { signals } = await this.#world.eval<Taken>('return take_signals()')
      if (!Array.isArray(signals)) continue
      for (const signal of signals) this.#devices.get(signal.identity)?.signal(signal)
    }
  }
}
