import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Enough for the message and the frames that matter of one failure. */
const TAIL_LINES = 8
const TAIL_BYTES = 16 << 10

/**
 * The last lines of a log, indented for a message; those in JSON (the hub's own) are reduced to their text.
 * @param from bytes to leave out at the start: what earlier runs wrote
 * @returns '' when there is nothing to read
 */
export function readTail(path: string, from = 0): string {
  const lines = readEnd(path, from)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return lines.slice(-TAIL_LINES).map(readable).join('\n  ')
}

function readEnd(path: string, from: number): string {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const start = Math.max(from, size - TAIL_BYTES)
      const buffer = Buffer.alloc(Math.max(0, size - start))
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, start))
    } finally {
      closeSync(file)
    }
  } catch {
    return '' // no log yet
  }
}

function readable(line: string): string {
  try {
    const { msg, error } = JSON.parse(line) as { msg?: string; error?: { message?: string } }
    return [msg, error?.message].filter(Boolean).join(': ') || line
  } catch {
    return line
  }
}
