import type { XtermCore } from './xterm-internals.ts'

/** Links remembered per session, and characters of their addresses: a listing of a large tree has thousands. */
const MAX_LINKS = 20_000
const MAX_ADDRESS_CHARACTERS = 4 << 20
/** Longer addresses are not links anybody can follow. */
const MAX_ADDRESS_LENGTH = 4096

/**
 * Hyperlinks (OSC 8). Cells carry an id, this keeps the addresses. xterm's own way sets a marker per line and link,
 * each of which listens to every scrolled line; so this takes the sequence over and puts its ids into xterm's cells.
 */
export class Links {
  #nextId = 1
  #characters = 0
  readonly #addresses = new Map<number, string>()
  readonly #ids = new Map<string, number>()

  constructor(core: Pick<XtermCore, 'registerOscHandler' | '_inputHandler'>) {
    core.registerOscHandler(8, (data) => {
      const separator = data.indexOf(';')
      if (separator === -1) return true
      const address = data.slice(separator + 1)
      const attributes = core._inputHandler._curAttrData
      attributes.extended = attributes.extended.clone() // cells share it
      attributes.extended._urlId = address === '' ? 0 : this.#idOf(parameterId(data.slice(0, separator)), address)
      attributes.updateExtended()
      return true
    })
  }

  get any(): boolean {
    return this.#addresses.size > 0
  }

  /** Undefined for one that was forgotten, since too many came after it. */
  address(id: number): string | undefined {
    return this.#addresses.get(id)
  }

  /** Pieces of text with the same address and the same `id` parameter are one link. */
  #idOf(parameter: string, address: string): number {
    if (address.length > MAX_ADDRESS_LENGTH) return 0
    const key = `${parameter};${address}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#nextId++
    this.#ids.set(key, id)
    this.#addresses.set(id, address)
    this.#characters += address.length
    this.#forgetOldest()
    return id
  }

  #forgetOldest(): void {
    if (this.#addresses.size <= MAX_LINKS && this.#characters <= MAX_ADDRESS_CHARACTERS) return
    for (const [key, id] of this.#ids) {
      this.#characters -= this.#addresses.get(id)!.length
      this.#addresses.delete(id)
      this.#ids.delete(key)
      if (this.#addresses.size <= MAX_LINKS && this.#characters <= MAX_ADDRESS_CHARACTERS) return
    }
  }
}

function parameterId(parameters: string): string {
  const found = parameters.split(':').find((part) => part.startsWith('id='))
  return found?.slice(3, 3 + 256) ?? ''
}
