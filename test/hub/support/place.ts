import { join } from 'node:path'
import { vi } from 'vitest'
import { type HubPaths, hubPaths } from '../../../protocol/paths.ts'
import { COMPILE_CACHE } from './compile-cache.ts'
import { temporaryDirectory } from './directory.ts'

/** A home, configuration and runtime directory of a test's own, also for the processes it starts. */
export interface TestPlace extends AsyncDisposable {
  readonly directory: string
  readonly paths: HubPaths
  readonly env: Record<string, string>
}

/** Sets the variables for this process as well; `vi.unstubAllEnvs()` takes them back. */
export async function makePlace(): Promise<TestPlace> {
  const temporary = await temporaryDirectory()
  const env = {
    HOME: join(temporary.path, 'home'),
    BOTSTER_CONFIG_DIR: join(temporary.path, 'config'),
    BOTSTER_RUNTIME_DIR: join(temporary.path, 'run'),
    BOTSTER_WARM_UP: '0',
    BOTSTER_WORKTREE_BASE: join(temporary.path, 'sessions'),
    BOTSTER_PTYHOST_GRACE_MS: '500', // what a test forgets ends by itself
    GIT_CONFIG_GLOBAL: '/dev/null',
    NODE_COMPILE_CACHE: COMPILE_CACHE,
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  return {
    directory: temporary.path,
    paths: hubPaths('test', env),
    env,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}
