/** `secrets`: tokens and passwords, encrypted at rest. */
import { ArgumentError } from '../../vm/errors.ts'
import { defineFunction, defineModule, failure, type LuaModule, type PrimitiveResult } from '../../vm/index.ts'
import { fileFailure } from '../fs/failures.ts'
import { type Keyring, systemKeyring } from './keyring.ts'
import { MasterKeys, type SecretsBackend } from './master-key.ts'
import { SecretProblem } from './problem.ts'
import { Vault } from './vault.ts'

export type { Keyring } from './keyring.ts'
export type { SecretsBackend } from './master-key.ts'

const NAME = /^[A-Za-z0-9_-]{1,64}$/
/** Bytes of a value: any token, not any file. */
const MOST_BYTES = 8192
/** The hub that makes the key may be waiting for somebody to unlock the keyring. */
const LOCK_PATIENCE_MS = 60_000

export interface SecretsOptions {
  /** Where the encrypted files go. */
  readonly directory: string
  /** @default 'auto' */
  readonly backend?: SecretsBackend
  /** @default the system's */
  readonly keyring?: Keyring
  /** How long to wait for another hub that is making the master key. @default a minute */
  readonly lockPatienceMs?: number
}

const keys = [
  { name: 'key', type: 'text', doc: 'or a namespace, when a second one follows: 1 to 64 letters, digits, - and _' },
  { name: 'key_in_namespace', type: 'text', optional: true },
] as const
const NAMES = { '1 to 64 letters, digits, - and _ expected': 'for a name that is none; it is not repeated' }
const KEYRING = 'the keyring with the master key does not answer, or has lost it'
const TAMPERED = 'the file of the master key is damaged'

export function secretsModule({
  directory,
  backend = 'auto',
  keyring = systemKeyring(),
  ...given
}: SecretsOptions): LuaModule {
  const { lockPatienceMs = LOCK_PATIENCE_MS } = given
  const vault = new Vault(directory, new MasterKeys({ directory, backend, keyring, lockPatienceMs }))
  return defineModule({
    name: 'secrets',
    doc:
      'Tokens and passwords. Each is a file of its own, encrypted with a key of its namespace; the master key is in the ' +
      'system’s keyring, or where there is none, in a file for the user alone. A plugin’s secrets are its own unless a ' +
      'namespace is named: that of a plugin is its name. They keep a secret from backups and from whoever reads the ' +
      'disk, not from other plugins.',
    functions: {
      get: defineFunction({
        doc: 'A secret, or nil.',
        args: keys,
        returns: [{ name: 'value', type: ['bytes', 'nil'] }],
        yields: true,
        failures: {
          tampered: 'it, or the file of the master key, was changed on the disk',
          wrong_key: 'it was encrypted with a master key that is gone',
          keyring: KEYRING,
        },
        raises: NAMES,
        example: "local token = secrets.get('token')\nlocal theirs = secrets.get('github', 'token')",
        call: ({ owner }, first, second) => {
          const [namespace, name] = second === undefined ? [namespaceOf(owner), first] : [first, second]
          checkNames('secrets.get', second === undefined ? [name] : [namespace, name])
          return answered(() => vault.get(namespace, name))
        },
      }),
      set: defineFunction({
        doc: 'Keeps a secret: (key, value), or (namespace, key, value). At most 8192 bytes, of any kind.',
        args: [
          keys[0],
          { name: 'value', type: 'bytes', doc: 'or the key in the namespace' },
          { name: 'value_in_namespace', type: 'bytes', optional: true },
        ],
        returns: [{ type: ['boolean', 'nil'] }],
        yields: true,
        failures: {
          tampered: TAMPERED,
          keyring: KEYRING,
          busy: 'another hub is making the master key and does not come to an end',
        },
        raises: { ...NAMES, 'a secret has at most 8192 bytes': 'for a longer value' },
        example: "secrets.set('token', 'abc')\nsecrets.set('github', 'token', 'abc')",
        call: ({ owner }, first, second, third) => {
          const [namespace, name, value] =
            third === undefined
              ? [namespaceOf(owner), first, second]
              : [first, Buffer.from(second).toString('latin1'), third]
          checkNames('secrets.set', third === undefined ? [name] : [namespace, name])
          if (value.length > MOST_BYTES) {
            const position = third === undefined ? 2 : 3
            const problem = `a secret has at most ${MOST_BYTES} bytes, got ${value.length}`
            throw new ArgumentError(`bad argument #${position} to 'secrets.set' (${problem})`)
          }
          return answered(async () => {
            await vault.set(namespace, name, value)
            return true
          })
        },
      }),
      delete: defineFunction({
        doc: 'Forgets a secret.',
        args: keys,
        returns: [{ type: ['boolean', 'nil'], doc: 'whether there was one' }],
        yields: true,
        raises: NAMES,
        example: "secrets.delete('token')",
        call: ({ owner }, first, second) => {
          const [namespace, name] = second === undefined ? [namespaceOf(owner), first] : [first, second]
          checkNames('secrets.delete', second === undefined ? [name] : [namespace, name])
          return answered(async () => vault.delete(namespace, name))
        },
      }),
    },
  })
}

/** The namespace of whoever calls: a plugin's name; of another module its name with `_` for what names cannot have. */
function namespaceOf(owner: string): string {
  const module = owner.replace(/~\d+$/, '').replace(/^plugin\./, '')
  return module.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'hub'
}

/** A wrong name is not repeated: it may be the secret itself, in the wrong place. */
function checkNames(primitive: string, names: readonly string[]): void {
  const wrong = names.findIndex((name) => !NAME.test(name))
  if (wrong < 0) return
  throw new ArgumentError(`bad argument #${wrong + 1} to '${primitive}' (1 to 64 letters, digits, - and _ expected)`)
}

async function answered(ask: () => Promise<PrimitiveResult>): Promise<PrimitiveResult> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SecretProblem) return failure(error.message, { kind: error.kind })
    return fileFailure('use', (error as NodeJS.ErrnoException).path ?? 'the secrets', error)
  }
}
