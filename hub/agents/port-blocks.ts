import { chmodSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ensurePrivateDirectory } from '../../protocol/server.ts'
import { BLOCK_SIZE } from './block-size.ts'
import { canListen } from './listening.ts'

/** Where blocks begin: what many programs would take themselves. */
const FIRST_PORT = 8080
/** Where the ports begin that systems give to outgoing connections: a block there would be taken at random. */
const LAST_PORT = 32_767
/** How long a claim waits for another hub's. */
const BUSY_TIMEOUT_MS = 5000

export interface PortBlocksOptions {
  /** The file all hubs of this user share. */
  readonly path: string
  readonly hubId: string
}

/**
 * Which agent has which block of ports, over all hubs of this user, so that two repositories never meet on one port. A
 * block stays its agent's until it is released; what a hub that was deleted had is free again.
 */
export class PortBlocks implements Disposable {
  readonly #database: DatabaseSync
  readonly #options: PortBlocksOptions

  /** @throws Error when the file cannot be opened. */
  constructor(options: PortBlocksOptions) {
    this.#options = options
    ensurePrivateDirectory(dirname(options.path))
    this.#database = new DatabaseSync(options.path, { timeout: BUSY_TIMEOUT_MS })
    chmodSync(options.path, 0o600)
    this.#database.exec(
      'PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS blocks (base INTEGER PRIMARY KEY, hub TEXT NOT NULL, agent TEXT NOT NULL)',
    )
  }

  /** The first port of the agent's block, the one it has or a free one. @throws Error when all are taken. */
  async claim(agent: string): Promise<number> {
    const mine = this.#of(agent)
    if (mine !== undefined) return mine
    this.#forgetDeletedHubs()
    for (let base = FIRST_PORT; base + BLOCK_SIZE <= LAST_PORT; base += BLOCK_SIZE) {
      if (!this.#take(base, agent)) continue
      if (await areFree(base)) return base
      this.#database.prepare('DELETE FROM blocks WHERE base = ?').run(base)
    }
    throw new Error(`no block of ${BLOCK_SIZE} ports from ${FIRST_PORT} upward is free`)
  }

  release(agent: string): void {
    this.#database.prepare('DELETE FROM blocks WHERE hub = ? AND agent = ?').run(this.#options.hubId, agent)
  }

  /** Whether a port is in anybody's block. */
  has(port: number): boolean {
    const found = this.#database.prepare('SELECT 1 FROM blocks WHERE base > ? AND base <= ?')
    return found.get(port - BLOCK_SIZE, port) !== undefined
  }

  /** Brings the blocks in line with the agents there are: `bases` is the block of each that has one. */
  reconcile(bases: ReadonlyMap<string, number>): void {
    const { hubId } = this.#options
    const rows = this.#database.prepare('SELECT agent FROM blocks WHERE hub = ?').all(hubId) as { agent: string }[]
    for (const { agent } of rows) if (!bases.has(agent)) this.release(agent)
    for (const [agent, base] of bases) this.#take(base, agent)
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #of(agent: string): number | undefined {
    const statement = this.#database.prepare('SELECT base FROM blocks WHERE hub = ? AND agent = ?')
    return (statement.get(this.#options.hubId, agent) as { base: number } | undefined)?.base
  }

  #take(base: number, agent: string): boolean {
    const insert = this.#database.prepare('INSERT INTO blocks VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    return insert.run(base, this.#options.hubId, agent).changes === 1
  }

  #forgetDeletedHubs(): void {
    const hubs = join(dirname(this.#options.path), 'hubs')
    const rows = this.#database.prepare('SELECT DISTINCT hub FROM blocks').all() as { hub: string }[]
    for (const { hub } of rows) {
      if (hub === this.#options.hubId || existsSync(join(hubs, hub))) continue
      this.#database.prepare('DELETE FROM blocks WHERE hub = ?').run(hub)
    }
  }
}

async function areFree(base: number): Promise<boolean> {
  for (let port = base; port < base + BLOCK_SIZE; port++) if (!(await canListen(port))) return false
  return true
}
