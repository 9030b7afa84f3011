import { vi } from 'vitest'

/** Waits until `check` throws no more; fails with its last error after 30 s, which is never how long it takes. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 30_000, interval: 10 })
}
