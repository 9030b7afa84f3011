import { beforeEach } from 'vitest'
import type { TestVm } from '../../lua/support.ts'
import { type TestDirectory, testDirectory } from '../directory.ts'

/** What a test has, anew for each. */
export interface VmTest {
  readonly dir: TestDirectory
  readonly t: TestVm
}

/** To be called once in a file: makes a directory and a VM over it before each test, and disposes of them. */
export function vmForEachTest(make: (dir: TestDirectory) => Promise<TestVm>): VmTest {
  let dir: TestDirectory
  let t: TestVm
  beforeEach(async () => {
    dir = testDirectory()
    t = await make(dir)
    return () => {
      t[Symbol.dispose]()
      dir[Symbol.dispose]()
    }
  })
  return {
    get dir() {
      return dir
    },
    get t() {
      return t
    },
  }
}
