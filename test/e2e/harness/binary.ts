import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundlesAreStale } from '../../../scripts/freshness.mjs'

const root = join(import.meta.dirname, '../../..')

/**
 * The real `botster`, with the bundles as they are built.
 * @throws Error when they are missing or older than the sources: such a test would tell of yesterday
 */
export function botsterBinary(): string {
  if (!existsSync(join(root, 'dist/cli.js')) || bundlesAreStale(root)) {
    throw new Error('dist/ is missing or older than the sources: run `npm run build` first (`npm test` does)')
  }
  return join(root, 'bin/botster')
}
