import { renameSync, statSync } from 'node:fs'
import pino, { type Logger } from 'pino'

/** Bytes of a log file before it becomes `….1`, replacing an older one. */
const MAX_LOG_BYTES = 5 << 20
/** Characters kept of what cannot be written. */
const MAX_UNWRITTEN = 1 << 20

/** A log in JSON lines, mode 0600, that never takes more than twice MAX_LOG_BYTES. */
export function openLogFile(path: string, name: string): Logger {
  let written = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const file = pino.destination({ dest: path, mkdir: true, mode: 0o600, sync: true, maxLength: MAX_UNWRITTEN })
  file.on('error', () => {}) // it throws where nobody listens: a full disk must not end what it is the log of
  const rotate = () => {
    try {
      renameSync(path, `${path}.1`)
      file.reopen(path)
    } catch {
      // The directory is gone or full: what is open goes on being written.
    }
    written = 0
  }
  const stream = {
    write(line: string) {
      try {
        written += line.length
        if (written > MAX_LOG_BYTES) rotate()
        file.write(line)
      } catch {
        // As above.
      }
    },
  }
  return pino({ name, base: { pid: process.pid }, level: process.env.BOTSTER_LOG_LEVEL ?? 'info' }, stream)
}
