import { join } from 'node:path'

/** For NODE_COMPILE_CACHE of the processes of tests: what they run is compiled once, and types are stripped once, not in each of them. */
export const COMPILE_CACHE = join(import.meta.dirname, '../../../node_modules/.cache/botster-tests')
