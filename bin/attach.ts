import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { packageRoot } from '../protocol/paths.ts'
import { startChromeWorker } from '../tui/chrome/start-worker.ts'
import { requireHub, type StartPolicy } from './connect.ts'
import { findPlace, type Place } from './place.ts'
import { openTuiLog } from './tui-log.ts'
import { CommandFailed } from './usage.ts'

interface AttachOptions {
  /** What to do when no hub runs; once attached, a hub that goes away is always started again. */
  readonly start: StartPolicy
  /** Id of the one session to show, instead of the whole UI. */
  readonly soloSession?: string
  /** False: the hub takes nothing of the repository's `.botster`. */
  readonly repoConfig: boolean
  /** The chrome's worker, where it was started already. @default started here */
  readonly startedWorker?: Worker
  /** Where the UI is loaded from. @default the file that all commands share */
  readonly loadTui?: () => Promise<Tui>
}

type Tui = typeof import('../tui/main.ts')

/**
 * Opens the UI on this terminal and stays until the user leaves it.
 * @throws CommandFailed when this is no terminal, or no hub can be had
 */
export async function attach(options: AttachOptions): Promise<void> {
  const { start, soloSession, repoConfig } = options
  assertTerminal()
  // Beside each other, since all three take their time: the chrome's worker, finding the repository, loading the UI.
  const startedWorker = options.startedWorker ?? startChromeWorker(join(packageRoot(), 'dist', 'chrome.js'))
  const finding = findPlace()
  finding.catch(() => {}) // thrown again by the first connectHub
  const { runTui } = await (options.loadTui ?? loadShared)()
  let attached = false
  let refusal: unknown
  let log = (_line: string) => {}
  const status = await runTui({
    startedWorker,
    soloSession,
    stdin: process.stdin,
    stdout: process.stdout,
    log: (line) => log(line),
    connectHub: async (handlers) => {
      try {
        const place = await finding
        if (!attached && soloSession === undefined) assertNotInside(place)
        log = openTuiLog(place.paths.directory)
        const policy = attached ? 'needed' : start
        const connection = await requireHub(place, {
          ...handlers,
          role: 'tui',
          start: policy,
          environment: true,
          repoConfig,
          onStarting: () => {
            // Later on the screen is the UI's, which tells of a hub that is gone itself.
            if (!attached) process.stderr.write(`botster: starting the hub of ${place.root}…\n`)
          },
        })
        attached = true
        return connection
      } catch (error) {
        if (!attached) refusal = error
        throw error
      }
    },
  })
  if (!attached && refusal !== undefined) throw refusal
  // Whatever a library of the UI left open must not keep a terminal that its user has left.
  process.exit(status)
}

/** A UI in the terminal of an agent that it shows would show itself, and its keys would go to the outer one. */
function assertNotInside(place: Place, env: NodeJS.ProcessEnv = process.env): void {
  const agent = env.BOTSTER_AGENT_KEY
  if (!agent || env.BOTSTER_HUB_ID !== place.paths.id) return
  throw new CommandFailed(`this is the terminal of the agent ${agent}, which botster shows already`, {
    hint: 'ctrl+q leaves it; if this is another terminal after all: `env -u BOTSTER_AGENT_KEY botster`',
  })
}

async function loadShared(): Promise<Tui> {
  return import('./tui.js' as string)
}

const WITHOUT_TERMINAL = 'without one: `botster start --headless`, `botster list`, `botster screen AGENT`'

function assertTerminal(): void {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CommandFailed(`the UI needs a terminal, and ${process.stdin.isTTY ? 'stdout' : 'stdin'} is none`, {
      hint: WITHOUT_TERMINAL,
    })
  }
  if (process.env.TERM === 'dumb') {
    throw new CommandFailed('this terminal calls itself dumb (TERM=dumb): the UI cannot be drawn on it', {
      hint: WITHOUT_TERMINAL,
    })
  }
}
