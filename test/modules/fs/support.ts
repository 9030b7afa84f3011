/** A VM with `fs` and `log` over a directory of its own. */
import type { ChildProcess } from 'node:child_process'
import { fsModule } from '../../../lua/modules/fs/index.ts'
import { logModule } from '../../../lua/modules/index.ts'
import type { LuaValue } from '../../../lua/vm/index.ts'
import { newVm } from '../../lua/support.ts'
import { failureOf } from '../support/refusal.ts'
import { type VmTest, vmForEachTest } from '../support/vm-for-each-test.ts'

/** What a test has, anew for each. */
export interface FsTest extends VmTest {
  /** Runs what fails as expected: kind and message. */
  failing(code: string, ...args: LuaValue[]): ReturnType<typeof failureOf>
}

/** To be called once in a file: makes a directory and a VM before each test, and disposes of them. */
export function fsForEachTest(): FsTest {
  const test = vmForEachTest((dir) => newVm({ modules: [fsModule({ base: dir.path }), logModule(() => undefined)] }))
  return Object.assign(test, { failing: (code: string, ...args: LuaValue[]) => failureOf(test.t, code, ...args) })
}

/** The exit code of a process, when it has ended; null after a signal. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((done) => child.once('exit', done))
}

/** Waits for the first that a process writes. */
export function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((done) => child.stdout!.once('data', () => done()))
}
