import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { inkWithoutDevtools } from '../../../../scripts/ink-without-devtools.ts'

/** Bundles a worker as scripts/build.ts does, into a directory of its own that disposing removes. */
export async function bundleWorker(entry: string): Promise<Disposable & { path: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'botster-chrome-'))
  const path = join(directory, 'chrome.js')
  await build({
    absWorkingDir: join(import.meta.dirname, '../../../..'),
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    jsx: 'automatic',
    minifySyntax: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [inkWithoutDevtools],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'error',
  })
  return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) }
}
