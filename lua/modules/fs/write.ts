/** Writing a file whole: whoever reads it sees the old bytes or the new ones, never a part. */
import { close, closeSync, fsync, fsyncSync, open, openSync, writeFile, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Draft, type DraftOptions, discard, dress, prepareDraft, publish } from './draft.ts'
import { type BytePath, forSystem } from './paths.ts'
import { AT_ONCE_BYTES } from './read.ts'

export interface WriteOptions extends DraftOptions {
  /** Whether writing much may be waited for. */
  readonly canWait: boolean
  /** Mode of a file that did not exist, before the umask. @default 0o666 */
  readonly mode?: number
  /** Wait until the disk has it, so that not even a power cut loses both versions. Large files always do. @default false */
  readonly durable?: boolean
}

const [openLater, writeLater, syncLater, closeLater] = [open, writeFile, fsync, close].map((call) =>
  promisify(call),
) as unknown as [
  (path: Buffer, flags: string, mode: number) => Promise<number>,
  (fd: number, data: Uint8Array) => Promise<void>,
  (fd: number) => Promise<void>,
  (fd: number) => Promise<void>,
]

/**
 * Replaces a file, or makes it with its parents. Mode and owner of one that existed stay. Returns a Promise when there is
 * much to write and the caller can wait. Throws system errors and UnusablePath; then nothing has changed.
 */
export function writeWhole(path: BytePath, data: Uint8Array, options: WriteOptions & { readonly canWait: false }): void
export function writeWhole(path: BytePath, data: Uint8Array, options: WriteOptions): void | Promise<void>
export function writeWhole(path: BytePath, data: Uint8Array, options: WriteOptions): void | Promise<void> {
  const { canWait, mode = 0o666, durable = false } = options
  const draft = prepareDraft(path, options)
  if (canWait && data.length > AT_ONCE_BYTES) return finishLater(draft, data, mode)
  try {
    const fd = openSync(forSystem(draft.temporary), 'wx', draftMode(draft, mode))
    try {
      writeFileSync(fd, data)
      dress(draft, fd)
      if (durable) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    publish(draft)
  } catch (error) {
    discard(draft)
    throw error
  }
}

async function finishLater(draft: Draft, data: Uint8Array, mode: number): Promise<void> {
  try {
    const fd = await openLater(forSystem(draft.temporary), 'wx', draftMode(draft, mode))
    try {
      await writeLater(fd, data)
      dress(draft, fd)
      await syncLater(fd)
    } finally {
      await closeLater(fd)
    }
    publish(draft)
  } catch (error) {
    discard(draft)
    throw error
  }
}

/** The draft of a file that is there takes that one's mode when it is written: until then it is nobody else's. */
function draftMode({ replaces }: Draft, mode: number): number {
  return replaces === undefined ? mode : 0o600
}
