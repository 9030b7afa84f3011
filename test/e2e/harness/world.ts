import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { peerPid } from '../../../bin/peer-pid.ts'
import { COMPILE_CACHE } from '../../hub/support/compile-cache.ts'
import { botsterBinary } from './binary.ts'
import { killMarked, markedProcesses, programOf } from './processes.ts'
import type { Agent, Status } from './shapes.ts'
import { Terminal, type TerminalOptions } from './terminal.ts'
import { until } from './until.ts'

export interface Output {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

type Open = Partial<Pick<TerminalOptions, 'cols' | 'rows' | 'cwd'>> & { readonly env?: Record<string, string> }

/**
 * A computer of its own for one test: home, configuration, sockets, worktrees and a repository with one commit, all in
 * a temporary directory. Disposing ends every process that was started in it, also after a failure.
 */
export class World implements AsyncDisposable {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'bw-')))
  readonly home = join(this.directory, 'home')
  readonly repository = join(this.directory, 'repo')
  readonly userDirectory = join(this.directory, 'user')
  readonly configDirectory = join(this.directory, 'config')
  readonly worktreeBase = join(this.directory, 'trees')
  readonly runtimeDirectory = join(this.directory, 'run')
  readonly env: Record<string, string>
  readonly #terminals = new Set<Terminal>()

  constructor() {
    for (const directory of [this.home, this.repository, this.userDirectory]) mkdirSync(directory)
    mkdirSync(this.runtimeDirectory, { mode: 0o700 })
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      PS1: '$ ',
      GIT_CONFIG_NOSYSTEM: '1',
      BOTSTER_ENV: 'test',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      BOTSTER_WARM_UP: '0', // tested on its own; here it would only take time from the others
      BOTSTER_CONFIG_DIR: this.configDirectory,
      BOTSTER_RUNTIME_DIR: this.runtimeDirectory,
      BOTSTER_USER_DIR: this.userDirectory,
      BOTSTER_WORKTREE_BASE: this.worktreeBase,
    }
    writeFileSync(
      join(this.home, '.gitconfig'),
      '[user]\n  name = A Person\n  email = person@example.org\n[init]\n  defaultBranch = main\n',
    )
    writeFileSync(join(this.home, '.inputrc'), 'set enable-bracketed-paste off\n') // bash would switch it on by itself
    writeFileSync(join(this.repository, 'shared.txt'), 'one\ntwo\nthree\n')
    this.git('init', '--quiet')
    this.git('add', '.')
    this.git('commit', '--quiet', '--message', 'First')
  }

  /** Runs git in the repository, or elsewhere with `-C`. @returns what it printed */
  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.repository, env: this.env, encoding: 'utf8', stdio: 'pipe' })
  }

  /** Runs `botster` to its end, without a terminal. */
  async run(
    args: readonly string[],
    options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
  ): Promise<Output> {
    const child = spawn(botsterBinary(), args, {
      cwd: options.cwd ?? this.repository,
      env: { ...this.env, ...options.env },
      stdio: 'pipe',
    })
    child.stdin.end(options.input ?? '')
    const { promise, resolve, reject } = Promise.withResolvers<number | null>()
    child.on('error', reject)
    child.on('close', resolve)
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), promise])
    return { status, stdout, stderr }
  }

  /** The same for what must succeed. @returns stdout @throws Error with what it said otherwise */
  async botster(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(args)
    if (status !== 0) throw new Error(`botster ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`)
    return stdout
  }

  /** `botster … --json`, parsed. */
  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.botster(...args, '--json')) as T
  }

  /** Starts an agent on a branch of its own. @param command run through the shell */
  async newAgent(branch: string, command: string, ...more: readonly string[]): Promise<Agent> {
    return this.json<Agent>('new', branch, '--cmd', command, ...more)
  }

  async agents(): Promise<Agent[]> {
    return this.json<Agent[]>('list')
  }

  /** The one agent of that name or key. @throws Error when there is none */
  async agent(name: string): Promise<Agent> {
    const agents = await this.agents()
    const found = agents.find((agent) => agent.name === name || agent.key === name || agent.branch === name)
    if (!found) throw new Error(`no agent ${name} among ${JSON.stringify(agents)}`)
    return found
  }

  async status(): Promise<Status> {
    return this.json<Status>('status')
  }

  /** What `botster screen` prints, once it is as wished. */
  async screenOf(agent: string, wish: RegExp, ...options: readonly string[]): Promise<string> {
    let seen = ''
    const shows = async () => {
      seen = await this.botster('screen', agent, ...options)
      return wish.test(seen)
    }
    await until(shows, { what: `the screen of ${agent} to show ${wish}`, seen: () => seen })
    return seen
  }

  /** Opens a terminal with `botster ARGS` in it. */
  open(args: readonly string[] = [], options: Open = {}): Terminal {
    return this.openProgram(botsterBinary(), args, options)
  }

  /** Opens a terminal with a plain shell in it, which finds `botster` on its PATH. */
  openShell(options: Open = {}): Terminal {
    const PATH = `${dirname(botsterBinary())}:${this.env.PATH}`
    return this.openProgram('/bin/bash', ['--noprofile', '--norc', '-i'], { ...options, env: { PATH, ...options.env } })
  }

  openProgram(file: string, args: readonly string[], { env, cwd = this.repository, ...size }: Open = {}): Terminal {
    const terminal = new Terminal({ file, args, cwd, env: { ...this.env, ...env }, ...size })
    this.#terminals.add(terminal)
    return terminal
  }

  /** Writes a program that agents can run. @returns its path */
  script(name: string, body: string): string {
    const path = join(this.directory, 'bin', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, body)
    chmodSync(path, 0o755)
    return path
  }

  /** A file of the one hub of this world. */
  hubFile(name: string): string {
    const hubs = join(this.configDirectory, 'hubs')
    const [id] = readdirSync(hubs)
    return join(hubs, id!, name)
  }

  /** Who serves the hub's socket, asked without starting one. @returns undefined when nobody does, or only `except` */
  async hubPid(except?: number): Promise<number | undefined> {
    const pid = await peerPid(this.sockets().hub).catch(() => undefined)
    return pid === except ? undefined : pid
  }

  /** Pids of this world's processes that run a program of that name. */
  running(program: string): number[] {
    return markedProcesses(this.directory).filter((pid) => programOf(pid) === program)
  }

  /** The sockets of the one hub of this world. */
  sockets(): { hub: string; pty: string } {
    const [directory] = readdirSync(this.runtimeDirectory)
    if (directory === undefined) throw new Error('no hub has run here')
    const at = join(this.runtimeDirectory, directory)
    return { hub: join(at, 'hub.sock'), pty: join(at, 'pty.sock') }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const terminal of this.#terminals) terminal[Symbol.dispose]()
    await killMarked(this.directory)
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 })
  }
}
