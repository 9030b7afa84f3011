/** A directory for one test, gone when disposed of. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestDirectory extends Disposable {
  readonly path: string
  /** A path below it. */
  at(...names: string[]): string
}

export function testDirectory(parent = tmpdir()): TestDirectory {
  const path = realpathSync(mkdtempSync(join(parent, 'botster-')))
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
