/** A VM with `fs` and `log` over a directory of its own. */
import type { ChildProcess } from 'node:child_process'
import { fsModule } from '../../../lua/modules/fs/index.ts'
import { logModule } from '../../../lua/modules/index.ts'
import { newVm, type TestVm } from '../../lua/support.ts'
import { type TestDirectory, testDirectory } from '../directory.ts'

export async function fsVm(): Promise<Disposable & { dir: TestDirectory; t: TestVm }> {
  const dir = testDirectory()
  const t = await newVm({ modules: [fsModule({ base: dir.path }), logModule(() => undefined)] })
  const dispose = () => {
    t[Symbol.dispose]()
    dir[Symbol.dispose]()
  }
  return { dir, t, [Symbol.dispose]: dispose }
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
