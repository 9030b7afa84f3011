import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Layer, readLayer } from './layer.ts'

/**
 * The private copies of trusted layers: one directory each, named by its hash, of which nobody else can change a byte.
 * What was trusted runs from here.
 */
export class Copies {
  readonly #directory: string

  /** @param directory of mode 0700, made when it is needed */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** The copy with this hash, read and checked. @returns undefined when there is none, or somebody meddled with it */
  async find(hash: string): Promise<{ readonly path: string; readonly layer: Layer } | undefined> {
    const path = join(this.#directory, hash)
    const found = await readLayer(path)
    return found.kind === 'present' && found.layer.hash === hash ? { path, layer: found.layer } : undefined
  }

  /** Writes a layer as it is in memory, unless its copy is there. @returns the copy's path */
  async keep(layer: Layer): Promise<string> {
    const present = await this.find(layer.hash)
    if (present !== undefined) return present.path
    const path = join(this.#directory, layer.hash)
    const unfinished = join(this.#directory, `.${randomBytes(6).toString('hex')}`)
    await mkdir(unfinished, { recursive: true, mode: 0o700 })
    await chmod(this.#directory, 0o700)
    try {
      await write(layer, unfinished)
      await rm(path, { recursive: true, force: true })
      await rename(unfinished, path)
    } finally {
      await rm(unfinished, { recursive: true, force: true })
    }
    return path
  }

  /** Removes all copies but one. */
  async removeOthers(hash: string | undefined): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => [])) {
      if (name !== hash) await rm(join(this.#directory, name), { recursive: true, force: true })
    }
  }
}

/** Directories come before what is in them. */
async function write({ entries }: Layer, target: string): Promise<void> {
  for (const { path, mode, bytes } of entries) {
    const file = join(target, path)
    if (bytes === undefined) {
      await mkdir(file, { mode: 0o700 })
    } else {
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600 })
      await chmod(file, mode) // what the umask took away belongs to what was trusted
    }
  }
}
