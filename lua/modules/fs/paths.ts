/**
 * File names are bytes, and need not be UTF-8. Here a path is a string with one character for each byte (latin1), so that
 * `node:path` works on it without losing any; it becomes bytes again where the system is called.
 */
import { resolve } from 'node:path'
import { UnusablePath } from './failures.ts'

/** A path with one character for each byte. */
export type BytePath = string

export function bytePath(bytes: Uint8Array | string): BytePath {
  return Buffer.from(bytes).toString('latin1')
}

/** The path for a call of `node:fs`. */
export function forSystem(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1')
}

/** The path as people read it. */
export function shown(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString()
}

/** A path that a script gave, made absolute: relative ones start at `base`. Throws UnusablePath for one with a NUL, and an empty one. */
export function absolute(base: BytePath, path: Uint8Array): BytePath {
  if (path.length === 0) throw new UnusablePath('the path is empty')
  if (path.includes(0)) throw new UnusablePath('the path contains a NUL byte')
  return resolve(base, bytePath(path))
}
