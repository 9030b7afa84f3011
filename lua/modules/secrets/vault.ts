/** Secrets in files, each encrypted on its own: AES-256-GCM with a key of its namespace (HKDF-SHA256). */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { bytePath } from '../fs/paths.ts'
import { writeWhole } from '../fs/write.ts'
import type { MasterKey, MasterKeys } from './master-key.ts'
import { SecretProblem } from './problem.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A file of a secret. */
interface Sealed {
  readonly version: 1
  /** Id of the master key. */
  readonly master: string
  /** base64 */
  readonly nonce: string
  /** base64, the tag at its end */
  readonly ciphertext: string
}

export class Vault {
  readonly #directory: string
  readonly #masters: MasterKeys

  constructor(directory: string, masters: MasterKeys) {
    this.#directory = directory
    this.#masters = masters
  }

  /** Undefined when there is none. Rejects with SecretProblem, or a system error. */
  async get(namespace: string, name: string): Promise<Buffer | undefined> {
    const sealed = this.#read(namespace, name)
    if (sealed === undefined) return undefined
    const master = await this.#masters.find()
    if (master === undefined || sealed.master !== master.id) {
      const message = `the secret ${namespace}/${name} belongs to a master key that is gone: set it again`
      throw new SecretProblem('wrong_key', message)
    }
    return open(master, namespace, name, sealed)
  }

  async set(namespace: string, name: string, value: Uint8Array): Promise<void> {
    const sealed = seal(await this.#masters.findOrMake(), namespace, name, value)
    mkdirSync(join(this.#directory, fileName(namespace)), { recursive: true, mode: 0o700 })
    const text = Buffer.from(`${JSON.stringify(sealed)}\n`)
    writeWhole(bytePath(this.#path(namespace, name)), text, { canWait: false, mode: 0o600, durable: true })
  }

  /** Returns whether there was one. Throws system errors. */
  delete(namespace: string, name: string): boolean {
    try {
      unlinkSync(this.#path(namespace, name))
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }

  #read(namespace: string, name: string): Sealed | undefined {
    let text: string
    try {
      text = readFileSync(this.#path(namespace, name), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    try {
      const { version, master, nonce, ciphertext } = JSON.parse(text) as Partial<Sealed>
      if (version === 1 && [master, nonce, ciphertext].every((field) => typeof field === 'string')) {
        return { version, master: master!, nonce: nonce!, ciphertext: ciphertext! }
      }
    } catch {
      // Said below.
    }
    throw tampered(namespace, name)
  }

  #path(namespace: string, name: string): string {
    return join(this.#directory, fileName(namespace), `${fileName(name)}.json`)
  }
}

function seal(master: MasterKey, namespace: string, name: string, value: Uint8Array): Sealed {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyFor(master, namespace), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(boundTo(namespace, name))
  const ciphertext = Buffer.concat([cipher.update(value), cipher.final(), cipher.getAuthTag()])
  return { version: 1, master: master.id, nonce: nonce.toString('base64'), ciphertext: ciphertext.toString('base64') }
}

function open(master: MasterKey, namespace: string, name: string, sealed: Sealed): Buffer {
  const nonce = Buffer.from(sealed.nonce, 'base64')
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  if (nonce.length !== NONCE_BYTES || bytes.length < TAG_BYTES) throw tampered(namespace, name)
  const decipher = createDecipheriv(CIPHER, keyFor(master, namespace), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(namespace, name))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch {
    throw tampered(namespace, name)
  }
}

function keyFor({ key }: MasterKey, namespace: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', `botster secrets ${namespace}`, 32))
}

/** A file that is moved to the place of another one does not open there. */
function boundTo(namespace: string, name: string): Buffer {
  return Buffer.from(`${namespace}/${name}`)
}

function tampered(namespace: string, name: string): SecretProblem {
  return new SecretProblem('tampered', `the secret ${namespace}/${name} was damaged or tampered with: set it again`)
}

/** Names that differ only in case are two files also where file names do not care. */
function fileName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`)
}
