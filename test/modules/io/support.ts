/** A VM with `io` and `log` over a directory of its own. */
import { readdirSync, readlinkSync } from 'node:fs'
import { beforeEach } from 'vitest'
import { logModule } from '../../../lua/modules/index.ts'
import { type IoOptions, ioModule } from '../../../lua/modules/io/index.ts'
import type { LuaModule } from '../../../lua/vm/index.ts'
import { newVm, type TestVm } from '../../lua/support.ts'
import { type TestDirectory, testDirectory } from '../directory.ts'
import { failureOf } from '../support/refusal.ts'

/** What a test has, anew for each. */
export interface IoTest {
  readonly dir: TestDirectory
  readonly t: TestVm
  /** What scripts wrote to standard output and standard error: `stdout OWNER: text`. */
  readonly output: string[]
  /** The module over the same directory, with more options. */
  module(more?: Partial<IoOptions>): LuaModule
  /** Another VM over it. */
  vm(more?: Partial<IoOptions>): Promise<TestVm>
  /** Runs what fails as expected: kind and message. */
  failing(code: string): ReturnType<typeof failureOf>
}

/** To be called once in a file: makes a directory and a VM before each test, and disposes of them. */
export function ioForEachTest(): IoTest {
  let dir: TestDirectory
  let t: TestVm
  let output: string[]
  const module = (more: Partial<IoOptions> = {}) =>
    ioModule({
      base: dir.path,
      env: process.env,
      output: (stream, bytes, owner) => output.push(`${stream} ${owner}: ${Buffer.from(bytes).toString()}`),
      ...more,
    })
  const vm = (more: Partial<IoOptions> = {}) => newVm({ modules: [module(more), logModule(() => undefined)] })
  beforeEach(async () => {
    dir = testDirectory()
    output = []
    t = await vm()
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
    get output() {
      return output
    },
    module,
    vm,
    failing: (code) => failureOf(t, code),
  }
}

/** The paths of all files this process has open. Linux only. */
export function openPaths(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return [] // the one that listed them
    }
  })
}
