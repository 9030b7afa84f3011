import type { Worker } from 'node:worker_threads'
import { attach } from './attach.ts'
import { quietBrokenPipe, reportFailure } from './report.ts'

/**
 * `botster`, `botster start` and `botster attach` with nothing after them: what program.ts does with these, without
 * what reads a command line, in one file.
 * @param startedWorker the chrome's
 * @returns the exit code
 */
export async function openUi(verb: 'start' | 'attach' | undefined, startedWorker: Worker | undefined): Promise<number> {
  quietBrokenPipe()
  try {
    await attach({
      start: verb === 'attach' ? 'orphaned' : 'needed',
      repoConfig: true,
      startedWorker,
      loadTui: () => import('../tui/main.ts'),
    })
    return 0
  } catch (error) {
    return reportFailure(error)
  }
}
