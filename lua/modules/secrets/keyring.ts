/** The operating system's keyring, for one entry. */
import type { AsyncEntry } from '@napi-rs/keyring'

/** As people see it when they look into their keyring. */
const SERVICE = 'botster'
/** Milliseconds for an answer: somebody may have to type a password first. */
const PATIENCE_MS = 60_000

export interface Keyring {
  /** What is kept under an account; undefined when nothing is. Rejects when there is no keyring, or it stays locked. */
  read(account: string): Promise<string | undefined>
  write(account: string, secret: string): Promise<void>
}

/** The real one. The binding is loaded at the first use: most hubs never need it. */
export function systemKeyring(): Keyring {
  const entry = async (account: string): Promise<AsyncEntry> => {
    const { AsyncEntry } = await import('@napi-rs/keyring')
    // The kernel's keyring, its second choice, forgets everything at the next start of the machine.
    return new AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } })
  }
  return {
    read: async (account) => (await (await entry(account)).getPassword(AbortSignal.timeout(PATIENCE_MS))) ?? undefined,
    write: async (account, secret) => (await entry(account)).setPassword(secret, AbortSignal.timeout(PATIENCE_MS)),
  }
}
