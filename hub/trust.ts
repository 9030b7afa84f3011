import { lstat, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { type Outcome, refusal, success } from './outcome.ts'
import { Copies } from './trust/copy.ts'
import { type FoundLayer, LAYER, type Layer, readLayer } from './trust/layer.ts'
import { readTrustRecord, type TrustRecord, writeTrustRecord } from './trust/record.ts'
import { type ReviewedFile, reviewLayer } from './trust/review.ts'
import { stampOf } from './trust/stamp.ts'

export interface RepositoryTrustOptions {
  /** Real path of the main worktree: the only place whose `.botster` counts. */
  readonly root: string
  /** The hub's own directory, of mode 0700: the record and the copies are kept there. */
  readonly directory: string
  /** `~/.botster`, which is the user's own also when the hub runs for the home directory. */
  readonly userDirectory: string
  /** Take nothing of the layer, whatever was said of it, until somebody trusts it anew. @default false */
  readonly ignored?: boolean
}

/** How things stand with a repository's layer. */
export interface TrustStatus {
  /** The layer: `{repository}/.botster`. */
  readonly path: string
  /**
   * `none`: there is no layer. `untrusted`: nobody trusted it. `changed`: it is not what was trusted; that is still in
   * force, from its copy. `ignored`: it is not to be looked at now.
   */
  readonly state: 'none' | 'untrusted' | 'trusted' | 'changed' | 'ignored'
  /** What was trusted: one content, or the directory for always. */
  readonly grade?: TrustRecord['grade']
  /** What the layer's files are taken from: a private copy, or the layer itself. Undefined: nothing is taken. */
  readonly root: string | undefined
  /** Files there are in it now. */
  readonly files: number
  /** What the layer holds now, in one word; none when that cannot be said. */
  readonly hash?: string
  /** Why its content cannot be trusted as it is. */
  readonly problem?: string
}

/** What a user looks through before trusting it. */
export interface TrustReview {
  readonly status: TrustStatus
  readonly files: readonly ReviewedFile[]
}

/** Whether a repository may configure botster: what its user said, and what of it is in force. */
export class RepositoryTrust {
  readonly path: string
  readonly #options: RepositoryTrustOptions
  readonly #copies: Copies
  #ignored: boolean
  #status: TrustStatus
  #stamp = ''
  /** One thing at a time: each reads, decides and writes. */
  #last: Promise<unknown> = Promise.resolve()

  /** @throws Error when the disk fails */
  static async open(options: RepositoryTrustOptions): Promise<RepositoryTrust> {
    const trust = new RepositoryTrust(options)
    await trust.look()
    return trust
  }

  private constructor(options: RepositoryTrustOptions) {
    this.#options = options
    this.path = join(options.root, LAYER)
    this.#copies = new Copies(join(options.directory, 'trusted'))
    this.#ignored = options.ignored ?? false
    this.#status = { path: this.path, state: 'none', root: undefined, files: 0 }
  }

  /** As of the last look. */
  get status(): TrustStatus {
    return this.#status
  }

  /** Looks at the layer again. Reads it only when something about its files is different from the last time. */
  look(): Promise<TrustStatus> {
    return this.#exclusively(async () => {
      const stamp = `${await stampOf(this.path)} ${JSON.stringify(this.#record())} ${this.#ignored}`
      if (stamp !== this.#stamp) {
        await this.#judge(await this.#read())
        this.#stamp = stamp // of before it was read: what changed meanwhile is noticed at the next look
      }
      return this.#status
    })
  }

  /** The layer as it is, file by file, beside what was trusted of it. */
  review(): Promise<TrustReview> {
    return this.#exclusively(async () => {
      const found = await this.#read()
      const status = await this.#judge(found)
      const record = this.#record()
      const trusted = record?.grade === 'content' ? (await this.#copies.find(record.hash))?.layer : undefined
      return { status, files: reviewLayer(layerOf(found), trusted) }
    })
  }

  /**
   * Trusts the layer: what it holds now, or with `always` the directory from now on.
   * @param given.hash what was shown to whoever trusts it; something else is refused
   * @returns refused: no_layer, not_trustable, changed
   */
  grant(given: { readonly hash?: string; readonly always?: boolean } = {}): Promise<Outcome<TrustStatus>> {
    return this.#exclusively(async () => {
      const found = await this.#read()
      const problem = await this.#whyNot(found, given)
      if (problem !== undefined) return problem
      const { root } = this.#options
      const layer = layerOf(found)
      if (given.always) {
        await this.#write({ root, at: Date.now(), grade: 'always' })
      } else {
        await this.#copies.keep(layer!)
        await this.#write({ root, at: Date.now(), grade: 'content', hash: layer!.hash })
      }
      this.#ignored = false
      return success(await this.#judge(found))
    })
  }

  /** Trusts the layer no longer. Removes the copies. @returns whether it was trusted */
  revoke(): Promise<boolean> {
    return this.#exclusively(async () => {
      const before = this.#record()
      await this.#write(undefined)
      await this.#judge(await this.#read())
      await this.#copies.removeOthers(undefined)
      return before !== undefined
    })
  }

  /** Takes nothing of the layer until it is trusted anew, or this object is made anew. What was said is kept. */
  ignore(): Promise<TrustStatus> {
    this.#ignored = true
    return this.look()
  }

  /** Removes copies of what is trusted no longer. Not while a program may still be reading one. */
  prune(): Promise<void> {
    return this.#exclusively(async () => {
      const record = this.#record()
      await this.#copies.removeOthers(record?.grade === 'content' ? record.hash : undefined)
    })
  }

  async #read(): Promise<FoundLayer> {
    if (await sameDirectory(this.path, this.#options.userDirectory)) return { kind: 'absent' }
    return readLayer(this.path)
  }

  /** What is in force from now on. */
  async #judge(found: FoundLayer): Promise<TrustStatus> {
    const record = this.#record()
    const layer = layerOf(found)
    const common = {
      path: this.path,
      grade: record?.grade,
      files: layer?.entries.filter(({ bytes }) => bytes !== undefined).length ?? 0,
      hash: layer?.hash,
      problem: found.kind === 'refused' ? found.problem : undefined,
    }
    this.#status = { ...common, ...(await this.#force(found, record)) }
    return this.#status
  }

  async #force(found: FoundLayer, record: TrustRecord | undefined): Promise<Pick<TrustStatus, 'state' | 'root'>> {
    if (found.kind === 'absent') return { state: 'none', root: undefined }
    if (this.#ignored) return { state: 'ignored', root: undefined }
    if (record === undefined) return { state: 'untrusted', root: undefined }
    if (record.grade === 'always') {
      if (await isDirectory(this.path)) return { state: 'trusted', root: this.path }
      return { state: 'untrusted', root: undefined } // a link was put in its place: that is another directory
    }
    if (found.kind === 'present' && found.layer.hash === record.hash) {
      return { state: 'trusted', root: await this.#copies.keep(found.layer) }
    }
    return { state: 'changed', root: (await this.#copies.find(record.hash))?.path }
  }

  async #whyNot(found: FoundLayer, { hash, always = false }: { hash?: string; always?: boolean }) {
    if (found.kind === 'absent') return refusal('no_layer', `there is no ${this.path}: nothing to trust`)
    if (found.kind === 'refused' && !(always && (await isDirectory(this.path)))) {
      return refusal('not_trustable', found.problem)
    }
    if (hash !== undefined && hash !== layerOf(found)?.hash) {
      return refusal('changed', `${this.path} has changed since it was shown: look at it again`)
    }
    return undefined
  }

  #record(): TrustRecord | undefined {
    return readTrustRecord(this.#recordPath, this.#options.root)
  }

  #write(record: TrustRecord | undefined): Promise<void> {
    return writeTrustRecord(this.#recordPath, record)
  }

  get #recordPath(): string {
    return join(this.#options.directory, 'trust.json')
  }

  #exclusively<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#last.then(body)
    this.#last = result.catch(() => {})
    return result
  }
}

function layerOf(found: FoundLayer): Layer | undefined {
  return found.kind === 'present' ? found.layer : undefined
}

async function sameDirectory(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => realpath(path).catch(() => undefined)))
  return a !== undefined && a === b
}

async function isDirectory(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false
}
