import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The directory of a repository that may configure botster. */
export const LAYER = '.botster'

/** Entries a layer may have, directories included: a person is to read through it before trusting it. */
export const MAX_ENTRIES = 2000
/** Levels of directories: more is a mistake, or made to exhaust whoever walks them. */
const MAX_DEPTH = 16
/** Bytes of one file, and of all together: they are read whole, and copied. */
const MAX_FILE_BYTES = 4 << 20
const MAX_BYTES = 16 << 20
/** What may run a file is part of it; setuid and the like mean nothing to what botster does with it. */
const PERMISSIONS = 0o777

/** What botster itself writes into worktrees, at the top of a layer. */
const CONTEXT = 'context.json'
/** The book-keeping of git and of a file browser, which botster never reads. */
const IGNORED = new Set(['.git', '.DS_Store'])

/** Whether a path below a layer is no part of it. */
export function isNoPart(path: string): boolean {
  return path === CONTEXT || IGNORED.has(path.slice(path.lastIndexOf('/') + 1))
}

/** A file of a layer, or a directory (which may be a profile by its name alone). */
export interface LayerEntry {
  /** Below the layer, with `/`. */
  readonly path: string
  /** The permission bits; of a directory always 0, since no mode of it makes anything run. */
  readonly mode: number
  /** Undefined for a directory. */
  readonly bytes: Buffer | undefined
}

/** What a layer holds: all of it, sorted by path, and what stands for it. */
export interface Layer {
  readonly entries: readonly LayerEntry[]
  /** 64 hex digits: a sha256 over paths, modes and bytes. */
  readonly hash: string
}

/** A layer as it was found; `refused` when it holds what nobody can vouch for. */
export type FoundLayer =
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'present'; readonly layer: Layer }

/**
 * Reads a layer into memory. What is hashed is what was read, so that whoever swaps a file meanwhile changes the hash
 * and nothing else. Links are refused: what they lead to is elsewhere, and may change without anybody noticing.
 * @param directory the layer itself
 * @throws Error for failures of the disk that have nothing to do with what the layer holds
 */
export async function readLayer(directory: string): Promise<FoundLayer> {
  const top = await lstat(directory).catch(absent)
  if (top === undefined) return { kind: 'absent' }
  try {
    if (!top.isDirectory()) throw new Refused(`${directory} is ${kindOf(top)}: it must be a directory`)
    const walk = new Walk(directory)
    await walk.directory('', 1)
    const entries = walk.entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
    return { kind: 'present', layer: { entries, hash: hashOf(entries) } }
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', problem: error.message }
    throw error
  }
}

/** Why a layer cannot be taken as it is. Never leaves this file. */
class Refused extends Error {}

class Walk {
  readonly entries: LayerEntry[] = []
  readonly #root: string
  #bytes = 0

  constructor(root: string) {
    this.#root = root
  }

  async directory(path: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) throw this.#refusal(path, `is more than ${MAX_DEPTH} directories deep`)
    for (const name of await this.#names(path)) {
      const below = path === '' ? name : `${path}/${name}`
      if (isNoPart(below)) continue
      if (this.entries.length >= MAX_ENTRIES) throw this.#refusal('', `holds more than ${MAX_ENTRIES} files`)
      const stats = await lstat(join(this.#root, below)).catch((error) => this.#fail(below, error))
      if (stats.isDirectory()) {
        this.entries.push({ path: below, mode: 0, bytes: undefined })
        await this.directory(below, depth + 1)
      } else if (stats.isFile()) {
        this.entries.push(await this.#file(below))
      } else {
        throw this.#refusal(below, `is ${kindOf(stats)}: only files and directories can be trusted`)
      }
    }
  }

  async #names(path: string): Promise<string[]> {
    const names = await readdir(join(this.#root, path), { encoding: 'buffer' }).catch((error) =>
      this.#fail(path, error),
    )
    return names.map((name) => {
      const text = name.toString()
      if (Buffer.compare(Buffer.from(text), name) === 0) return text
      throw this.#refusal(path, `holds a file whose name is not UTF-8: ${JSON.stringify(text)}`)
    })
  }

  /** Opened without following a link and without waiting for a pipe, whatever has taken the file's place by now. */
  async #file(path: string): Promise<LayerEntry> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const file = await open(join(this.#root, path), flags).catch((error) => this.#fail(path, error))
    await using _ = { [Symbol.asyncDispose]: () => file.close() }
    const stats = await file.stat()
    if (!stats.isFile()) throw this.#refusal(path, `is ${kindOf(stats)}: only files and directories can be trusted`)
    const bytes = await readAtMost(file, MAX_FILE_BYTES)
    if (bytes === undefined) throw this.#refusal(path, `is larger than ${MAX_FILE_BYTES >> 20} MiB`)
    this.#bytes += bytes.length
    if (this.#bytes > MAX_BYTES) throw this.#refusal('', `is larger than ${MAX_BYTES >> 20} MiB altogether`)
    return { path, mode: stats.mode & PERMISSIONS, bytes }
  }

  #fail(path: string, error: NodeJS.ErrnoException): never {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw this.#refusal(path, 'vanished while it was read')
    if (error.code === 'ELOOP')
      throw this.#refusal(path, 'is a symbolic link: only files and directories can be trusted')
    if (error.code === 'EACCES' || error.code === 'EPERM') throw this.#refusal(path, 'cannot be read')
    throw error
  }

  #refusal(path: string, what: string): Refused {
    return new Refused(`${path === '' ? this.#root : join(this.#root, path)} ${what}`)
  }
}

/** The file's bytes, or undefined when there are more than `limit`: its size may grow while it is read. */
async function readAtMost(file: FileHandle, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(64 << 10))
    if (bytesRead === 0) return Buffer.concat(chunks, length)
    chunks.push(buffer.subarray(0, bytesRead))
    length += bytesRead
    if (length > limit) return undefined
  }
}

/** Every field has its length before it: no two layers can have the same text to hash. */
function hashOf(entries: readonly LayerEntry[]): string {
  const hash = createHash('sha256')
  for (const { path, mode, bytes } of entries) {
    const size = bytes === undefined ? 'directory' : bytes.length
    hash.update(`${Buffer.byteLength(path)} ${mode.toString(8)} ${size}\n${path}`)
    if (bytes !== undefined) hash.update(bytes)
  }
  return hash.digest('hex')
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link'
  if (stats.isFIFO()) return 'a pipe'
  if (stats.isSocket()) return 'a socket'
  if (stats.isDirectory()) return 'a directory'
  if (stats.isFile()) return 'a file'
  return 'a device'
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
