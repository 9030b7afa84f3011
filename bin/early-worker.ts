import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { startChromeWorker } from '../tui/chrome/start-worker.ts'

/** Starts the chrome's worker if this is a terminal that the UI can be drawn on. */
export function startEarly(): Worker | undefined {
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === 'dumb') return undefined
  return startChromeWorker(join(import.meta.dirname, 'chrome.js')) // beside the bundle that this is in
}
