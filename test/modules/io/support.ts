/** A VM with `io` and `log` over a directory of its own. */
import { readdirSync, readlinkSync } from 'node:fs'
import { logModule } from '../../../lua/modules/index.ts'
import { type IoOptions, ioModule } from '../../../lua/modules/io/index.ts'
import type { LuaModule } from '../../../lua/vm/index.ts'
import { newVm, type TestVm } from '../../lua/support.ts'
import { failureOf } from '../support/refusal.ts'
import { type VmTest, vmForEachTest } from '../support/vm-for-each-test.ts'

/** What a test has, anew for each. */
export interface IoTest extends VmTest {
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
  let output: string[] = []
  const module = (more: Partial<IoOptions> = {}) =>
    ioModule({
      base: test.dir.path,
      env: process.env,
      output: (stream, bytes, owner) => output.push(`${stream} ${owner}: ${Buffer.from(bytes).toString()}`),
      ...more,
    })
  const vm = (more: Partial<IoOptions> = {}) => newVm({ modules: [module(more), logModule(() => undefined)] })
  const test = vmForEachTest(() => {
    output = []
    return vm()
  })
  return {
    get dir() {
      return test.dir
    },
    get t() {
      return test.t
    },
    get output() {
      return output
    },
    module,
    vm,
    failing: (code) => failureOf(test.t, code),
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
