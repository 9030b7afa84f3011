import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePrivateDirectory } from '../protocol/server.ts'

/** Kept twice at most: what a UI notes is rare, and only the last of it is ever read. */
const MAX_BYTES = 1 << 20

/** Where the UI writes what must not reach the terminal: `tui.log` of the hub, one line each, with time and pid. */
export function openTuiLog(directory: string): (line: string) => void {
  const file = join(directory, 'tui.log')
  return (line) => {
    try {
      ensurePrivateDirectory(directory)
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) renameSync(file, `${file}.1`)
      appendFileSync(file, `${new Date().toISOString()} ${process.pid} ${line}\n`, { mode: 0o600 })
    } catch {
      // a full disk must not take the UI down
    }
  }
}
