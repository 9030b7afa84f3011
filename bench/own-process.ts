import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Row } from './row.ts'

const run = promisify(execFile)
/** Milliseconds; what is measured this way takes seconds. */
const PATIENCE_MS = 120_000

/**
 * Runs a benchmark alone in its process, as the part of botster is that it measures: what another one left on the heap,
 * or set about V8, would be measured with it.
 * @param script a file of bench/ that prints its rows with `printRows`
 */
export async function inOwnProcess(script: string): Promise<Row[]> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, script)], { timeout: PATIENCE_MS })
  return JSON.parse(stdout) as Row[]
}

/** Prints rows for `inOwnProcess`, or for a person. */
export function printRows(rows: readonly Row[]): void {
  if (!process.stdout.isTTY) return console.log(JSON.stringify(rows, undefined, 2))
  for (const { name, value, unit } of rows) console.log(`${name.padEnd(60)} ${value.toFixed(3)} ${unit}`)
}
