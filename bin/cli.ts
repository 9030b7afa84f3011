// Entry of the `botster` command. Small on purpose: the compile cache only helps what is loaded after it is enabled,
// so everything else is behind an import() and in files of its own.
import { enableCompileCache } from 'node:module'
import { compileCacheDirectory } from './compile-cache.ts'
import { QUICK_VERBS } from './quick-names.ts'

enableCompileCache(compileCacheDirectory())

const argv = process.argv.slice(2)
process.exitCode = await run(argv)

/** What opens the UI and nothing else is a bundle of its own: it is waited for many times a day. */
async function run([verb, ...more]: readonly string[]): Promise<number> {
  if (more.length === 0 && (verb === undefined || verb === 'start' || verb === 'attach')) {
    // First of all the chrome's worker, which takes longer than anything else and works beside this thread.
    const { startEarly } = await import('./early-worker.ts')
    const startedWorker = startEarly()
    const { openUi } = await import('./open-ui.ts')
    return openUi(verb, startedWorker)
  }
  // What scripts call again and again is a bundle of its own as well.
  const { main } = isQuick(verb) ? await import('./quick-verbs.ts') : await import('./verbs.ts')
  return main(argv)
}

function isQuick(verb: string | undefined): boolean {
  return QUICK_VERBS.some((quick) => quick === verb)
}
