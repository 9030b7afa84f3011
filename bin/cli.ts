// Entry of the `botster` command. Small on purpose: the compile cache only helps what is loaded after it is enabled,
// so everything else is behind an import() and in files of its own.
import { enableCompileCache } from 'node:module'
import { compileCacheDirectory } from './compile-cache.ts'

enableCompileCache(compileCacheDirectory())

const { main } = await import('./program.ts')
process.exitCode = await main(process.argv.slice(2))
