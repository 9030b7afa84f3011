import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A directory of its own for everything a measured program writes, and the environment that sends it there. */
export class World implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'bb-'))
  readonly env: Readonly<Record<string, string>>

  /** @param cache shared between worlds: a user's compile cache is warm */
  constructor(cache: string) {
    this.env = {
      // The Node that runs the benchmark first: a user's Node is new enough.
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: this.directory,
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      XDG_CACHE_HOME: cache,
      BOTSTER_CONFIG_DIR: join(this.directory, 'config'),
      BOTSTER_RUNTIME_DIR: join(this.directory, 'run'),
      BOTSTER_USER_DIR: join(this.directory, 'user'),
      BOTSTER_WORKTREE_BASE: join(this.directory, 'worktrees'),
      TMUX_TMPDIR: this.directory,
    }
  }

  /** Kills every process of this world, wherever it went, and removes the directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let pids = this.#processes(); pids.length > 0; pids = this.#processes()) {
      for (const pid of pids) kill(pid)
      await sleep(10)
    }
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Daemons leave every parent and group: they are known by the home directory in their environment. */
  #processes(): number[] {
    const mark = `HOME=${this.directory}\0`
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid && environment(pid).includes(mark))
  }
}

function environment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1') // empty for zombies
  } catch {
    return '' // ended meanwhile, or somebody else's
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
