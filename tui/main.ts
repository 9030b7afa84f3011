import { constants } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../protocol/paths.ts'
import { App } from './app.ts'
import { Chrome } from './chrome/client.ts'
import { paletteQueries } from './colors.ts'
import { Display } from './display.ts'
import { HubLink } from './hub-link.ts'
import { InputDecoder } from './input/decoder.ts'
import type { TuiOptions } from './options.ts'
import { Notices } from './stores/notices.ts'
import { Terminal } from './terminal.ts'
import { createUiVm } from './ui-lua/create-vm.ts'
import { type UiDirectories, uiDirectories } from './ui-lua/files.ts'
import { problemTitle } from './ui-lua/problem.ts'
import { UiLua } from './ui-lua/ui-lua.ts'

export type { HubConnection, HubHandlers, TuiOptions } from './options.ts'

const DETACHED = 'Detached: the agents keep running. To come back: '
const STOPPED = 'The hub was stopped, and its agents with it.\n'

/**
 * Opens the UI and stays until the user leaves or the terminal goes away; then the terminal is as it was before.
 * @returns the exit code: 0 after a detach, 1 when it could not start or the terminal vanished, 128 + n after a signal
 * @throws what `connectHub` throws when there is no hub to begin with; the terminal was not touched then
 */
export async function runTui(options: TuiOptions): Promise<number> {
  const { stdin, stdout, env = process.env, log = () => {} } = options
  let app: App | undefined
  let farewell = `${DETACHED}${env.npm_package_name === 'botster' ? 'npm start' : 'botster'}\n`
  const problem = whyNot(options)
  if (problem !== undefined) {
    process.stderr.write(`botster: ${problem}\n`)
    return 1
  }
  const ended = Promise.withResolvers<number>()
  const solo = options.soloSession
  const directories = solo === undefined ? uiDirectories(env) : nobodysDirectories(env)
  // What takes long begins first, side by side: the chrome's worker, the way to the hub, the Lua engine.
  using chrome = new Chrome({
    workerPath: options.chromeWorker ?? join(packageRoot(), 'dist', 'chrome.js'),
    worker: options.startedWorker,
    onFrame: (frame) => app?.showChrome(frame),
    onError: ({ kind, message }) => {
      log(message)
      notices.add(kind === 'dead' ? 'error' : 'warning', message)
    },
  })
  using hub = new HubLink(options.connectHub, {
    onConnected: () => app?.hubConnected(),
    onLost: (reason) => app?.hubLost(reason),
    onMessage: (data) => app?.hubMessage(data),
    onPtyhostChanged: () => app?.ptyhostChanged(),
    onErrorReported: (message) => notices.add('error', message),
    onWarning: log,
    onGivenUp: (reason) => notices.set('hub', 'error', reason),
    onStopped: () => {
      farewell = STOPPED
      ended.resolve(0)
    },
  })
  using notices = new Notices(() => app?.noticesChanged())
  const connecting = hub.connect()
  connecting.catch(() => {}) // awaited below
  using lua = await openLua()
  await connecting
  using decoder = new InputDecoder((event) => app?.input(event))
  using terminal = new Terminal(
    { stdin, stdout, env },
    {
      onData: (bytes) => decoder.feed(bytes),
      onResize: (size) => app?.resized(size),
      onDrain: () => app?.drained(),
      onResume: () => app?.repaint(),
      onLent: (lent) => app?.lent(lent),
      onGone: () => ended.resolve(1),
      onSignal: (signal) => ended.resolve(128 + constants.signals[signal]),
    },
  )
  using running = new App({
    lua,
    notices,
    hub,
    chrome,
    display: new Display(terminal, terminal.size, terminal.abilities),
    env,
    directories,
    initialState: solo === undefined ? {} : { solo_session: solo },
    log,
    followModes: ({ mouseTracking, kittyFlags }) => {
      terminal.setMouse(mouseTracking === 1003 ? 1003 : 1002)
      terminal.setKeyboard(kittyFlags)
    },
    tell: (sequence) => terminal.tell(sequence),
    lend: (use) => terminal.lend(use),
    onQuit: () => ended.resolve(0),
  })
  app = running
  terminal.open()
  running.start()
  terminal.write(paletteQueries())
  terminal.query()
  const code = await ended.promise
  running.ending()
  app = undefined
  await terminal.drained() // or what is left of the last frame would land in the shell
  terminal.close()
  if (code === 0) stdout.write(farewell)
  return code

  async function openLua(): Promise<UiLua> {
    const vm = await createUiVm({
      env,
      roots: [join(directories.root, 'lua'), join(packageRoot(), 'lua')],
      repositoryRoot: () => app?.repositoryLua,
      notify: (level, message) => notices.add(level, message),
      redraw: () => app?.redraw(),
      log: (level, message, owner) => log(`${level} ${owner}: ${message}`),
      onError: ({ message }) => notices.add('error', message),
    })
    return new UiLua({
      vm,
      shippedDirectory: options.shippedUi ?? join(packageRoot(), 'lua', solo === undefined ? 'ui' : 'solo'),
      onProblem: ({ message, traceback, file, line }) => {
        log([message, traceback].filter(Boolean).join('\n'))
        notices.addPanel(problemTitle({ file, line }), message, `lua:${file ?? ''}`)
      },
    })
  }
}

/** Where none of the user's files are: what shows one session alone must not depend on them. */
function nobodysDirectories(env: NodeJS.ProcessEnv): UiDirectories {
  return { ...uiDirectories({ ...env, BOTSTER_USER_DIR: join(packageRoot(), 'lua', 'solo', 'nobody') }), alone: true }
}

/** Why a full-screen UI cannot be shown here. */
function whyNot({ stdin, stdout, env = process.env }: TuiOptions): string | undefined {
  if (!stdin.isTTY || !stdout.isTTY) return 'the UI needs a terminal; `botster --help` lists what works without one'
  if (env.TERM === 'dumb') return 'the UI needs a terminal that can move its cursor (TERM is "dumb")'
  return undefined
}
