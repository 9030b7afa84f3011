import { writeSync } from 'node:fs'

/** Milliseconds to wait for a terminal that takes no bytes at the moment; then it is given up. */
const PATIENCE_MS = 300

/** Writes before it returns, even when the process is about to end. A terminal that is gone is no error. */
export function writeNow(fd: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text)
  const deadline = Date.now() + PATIENCE_MS
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code !== 'EAGAIN' || Date.now() > deadline) return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
  }
}
