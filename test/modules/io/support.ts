/** A VM with `io` and `log` over a directory of its own. */
import { readdirSync, readlinkSync } from 'node:fs'
import { logModule } from '../../../lua/modules/index.ts'
import { type IoOptions, ioModule } from '../../../lua/modules/io/index.ts'
import type { LuaModule } from '../../../lua/vm/index.ts'
import { newVm, type TestVm } from '../../lua/support.ts'
import { type TestDirectory, testDirectory } from '../directory.ts'

export interface IoVm extends Disposable {
  readonly dir: TestDirectory
  readonly t: TestVm
  /** What scripts wrote to standard output and standard error: `stdout OWNER: text`. */
  readonly output: string[]
  /** The module over the same directory, with more options. */
  module(more?: Partial<IoOptions>): LuaModule
  /** Another VM over it. */
  vm(more?: Partial<IoOptions>): Promise<TestVm>
}

export async function ioVm(): Promise<IoVm> {
  const dir = testDirectory()
  const output: string[] = []
  const module = (more: Partial<IoOptions> = {}) =>
    ioModule({
      base: dir.path,
      env: process.env,
      output: (stream, bytes, owner) => output.push(`${stream} ${owner}: ${Buffer.from(bytes).toString()}`),
      ...more,
    })
  const vm = (more: Partial<IoOptions> = {}) => newVm({ modules: [module(more), logModule(() => undefined)] })
  const t = await vm()
  const dispose = () => {
    t[Symbol.dispose]()
    dir[Symbol.dispose]()
  }
  return { dir, t, output, module, vm, [Symbol.dispose]: dispose }
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
