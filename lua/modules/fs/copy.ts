/** Copying a file whole: the destination is the old file or the copy, never a part of it. */
import { closeSync, fstatSync, fsync, openSync, read, readSync, write, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Draft, discard, dress, prepareDraft, publish } from './draft.ts'
import { type BytePath, forSystem } from './paths.ts'
import { AT_ONCE_BYTES, openRegular } from './read.ts'

/** Bytes moved at once: what a disk does in a few milliseconds. */
const PIECE_BYTES = 1 << 20

const readLater = promisify(read)
const writeLater = promisify(write)
const syncLater = promisify(fsync)

export interface CopyOptions {
  /** Whether a large file may be waited for. */
  readonly canWait: boolean
  /** Refuse links as the last part of either path. @default true: they are followed */
  readonly follow?: boolean
}

/**
 * Copies a file with its mode; a destination that exists keeps its own, and one that does not gets its parents. Returns a
 * Promise when the file is large and the caller can wait. Throws system errors and UnusablePath.
 */
export function copyFile(from: BytePath, to: BytePath, { canWait, follow = true }: CopyOptions): void | Promise<void> {
  const source = openRegular(from, !follow, Number.POSITIVE_INFINITY)
  let target: number
  let draft: Draft
  try {
    draft = prepareDraft(to, { follow })
    target = openSync(forSystem(draft.temporary), 'wx', 0o600) // nobody else's until it is known whose it is
  } catch (error) {
    closeSync(source)
    throw error
  }
  const { size, mode } = fstatSync(source)
  if (canWait && size > AT_ONCE_BYTES) return copyLater(source, target, draft, mode)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size + 1))
    for (let count = readSync(source, buffer); count > 0; count = readSync(source, buffer)) {
      for (let at = 0; at < count; ) at += writeSync(target, buffer, at, count - at)
    }
    dress(draft, target, mode)
    publish(draft)
  } catch (error) {
    discard(draft)
    throw error
  } finally {
    closeSync(source)
    closeSync(target)
  }
}

async function copyLater(source: number, target: number, draft: Draft, mode: number): Promise<void> {
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES)
    for (;;) {
      const { bytesRead } = await readLater(source, buffer, 0, PIECE_BYTES, null)
      if (bytesRead === 0) break
      for (let at = 0; at < bytesRead; ) at += (await writeLater(target, buffer, at, bytesRead - at, null)).bytesWritten
    }
    dress(draft, target, mode)
    await syncLater(target)
    publish(draft)
  } catch (error) {
    discard(draft)
    throw error
  } finally {
    closeSync(source)
    closeSync(target)
  }
}
