import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'

/**
 * Starts the chrome worker. Apart from its client, because loading Ink takes longer than anything else at start: the
 * command line begins it before it loads the rest of the UI.
 * @param path the bundled worker (dist/chrome.js)
 */
export function startChromeWorker(path: string | URL): Worker {
  // Of the environment only this: Ink looks for DEV and INK_SCREEN_READER, React for NODE_ENV.
  const env: NodeJS.ProcessEnv = { NODE_ENV: 'production' }
  // Node compiles a worker's code anew unless told; the directory it names is that of this Node within the cache.
  const compileCache = getCompileCacheDir()
  if (compileCache) env.NODE_COMPILE_CACHE = dirname(compileCache)
  // What it might print must not reach the terminal, which is being painted on.
  const worker = new Worker(path, { env, stdin: false, stdout: true, stderr: true })
  worker.stdout.resume()
  worker.stderr.resume()
  worker.on('error', () => {}) // before it has a client, which hears of its end in any case
  return worker
}
