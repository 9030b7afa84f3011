/**
 * The key that all keys of secrets come from: in the system's keyring, or where there is none, in a file for the user
 * alone. `master.json` says which, so that a hub that cannot reach the keyring never makes a second key.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { takeFileLock } from '../file-lock.ts'
import { bytePath } from '../fs/paths.ts'
import { writeWhole } from '../fs/write.ts'
import type { Keyring } from './keyring.ts'
import { SecretProblem } from './problem.ts'

const KEY_BYTES = 32
/** Milliseconds between asking for the lock. */
const LOCK_RETRY_MS = 100

/** Where the master key is kept. `auto`: the keyring, or where there is none, a file. */
export type SecretsBackend = 'auto' | 'keyring' | 'file'

export interface MasterKey {
  readonly key: Buffer
  /** Tells it from another: part of its hash. */
  readonly id: string
}

/** What master.json holds. */
interface Descriptor {
  readonly backend: 'keyring' | 'file'
  /** The keyring's name for it. */
  readonly account?: string
  /** The key itself, base64, when there is no keyring. */
  readonly key?: string
}

export interface MasterKeyOptions {
  /** The directory of secrets. */
  readonly directory: string
  readonly backend: SecretsBackend
  readonly keyring: Keyring
  readonly lockPatienceMs: number
}

export class MasterKeys {
  readonly #options: MasterKeyOptions
  readonly #path: string
  #known: MasterKey | undefined

  constructor(options: MasterKeyOptions) {
    this.#options = options
    this.#path = join(options.directory, 'master.json')
  }

  /** The master key; undefined when none was ever made. Rejects with SecretProblem, or a system error. */
  async find(): Promise<MasterKey | undefined> {
    if (this.#known !== undefined) return this.#known
    const descriptor = this.#read()
    if (descriptor === undefined) return undefined
    this.#known = masterKey(await this.#keyOf(descriptor))
    return this.#known
  }

  /** The master key, made when there is none. */
  async findOrMake(): Promise<MasterKey> {
    const found = await this.find()
    if (found !== undefined) return found
    mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 })
    using _ = await this.#lock()
    // Another hub may have made it meanwhile.
    return (await this.find()) ?? (await this.#make())
  }

  async #make(): Promise<MasterKey> {
    const key = randomBytes(KEY_BYTES)
    const descriptor = (await this.#intoKeyring(key)) ?? { backend: 'file', key: key.toString('base64') }
    const text = `${JSON.stringify(descriptor)}\n`
    writeWhole(bytePath(this.#path), Buffer.from(text), { canWait: false, mode: 0o600, durable: true })
    this.#known = masterKey(key)
    return this.#known
  }

  /** Undefined when the file is to have it. */
  async #intoKeyring(key: Buffer): Promise<Descriptor | undefined> {
    const { backend, keyring } = this.#options
    if (backend === 'file') return undefined
    const account = `secrets-${randomBytes(8).toString('hex')}`
    try {
      const text = key.toString('base64')
      await keyring.write(account, text)
      if ((await keyring.read(account)) !== text) throw new Error('it did not keep what it was given')
      return { backend: 'keyring', account }
    } catch (error) {
      if (backend === 'auto') return undefined
      throw new SecretProblem('keyring', `the keyring cannot be used: ${(error as Error).message}`)
    }
  }

  async #keyOf({ backend, account = '', key }: Descriptor): Promise<Buffer> {
    if (backend === 'file') return this.#decode(key)
    if (this.#options.backend === 'file') {
      throw new SecretProblem(
        'keyring',
        'the key of these secrets is in the keyring, which this hub was told not to use',
      )
    }
    let text: string | undefined
    try {
      text = await this.#options.keyring.read(account)
    } catch (error) {
      throw new SecretProblem(
        'keyring',
        `the keyring with the key of these secrets does not answer: ${(error as Error).message}`,
      )
    }
    if (text === undefined) {
      const message = `the keyring has no key for these secrets any more: remove ${this.#options.directory} and set them anew`
      throw new SecretProblem('keyring', message)
    }
    return this.#decode(text)
  }

  #decode(text: string | undefined): Buffer {
    const key = Buffer.from(text ?? '', 'base64')
    if (key.length === KEY_BYTES) return key
    throw new SecretProblem(
      'tampered',
      `the master key is damaged: remove ${this.#options.directory} and set secrets anew`,
    )
  }

  #read(): Descriptor | undefined {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    try {
      const descriptor = JSON.parse(text) as Partial<Descriptor>
      if (descriptor.backend === 'file' || descriptor.backend === 'keyring') return descriptor as Descriptor
    } catch {
      // Said below, without what is in the file.
    }
    throw new SecretProblem('tampered', `${this.#path} is damaged`)
  }

  async #lock(): Promise<Disposable> {
    const until = performance.now() + this.#options.lockPatienceMs
    do {
      const lock = takeFileLock(join(this.#options.directory, 'lock'), 0)
      if (lock !== undefined) return lock
      await delay(LOCK_RETRY_MS)
    } while (performance.now() < until)
    throw new SecretProblem('busy', 'another hub is making the master key and does not come to an end')
  }
}

function masterKey(key: Buffer): MasterKey {
  return { key, id: createHash('sha256').update('botster master key id').update(key).digest('hex').slice(0, 16) }
}
