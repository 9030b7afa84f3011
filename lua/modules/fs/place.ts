/** Where a path of a script leads: anywhere, or below a directory that it must not leave. */
import { ArgumentError } from '../../vm/errors.ts'
import type { LuaTable, LuaValue } from '../../vm/index.ts'
import { typeOf } from '../web/options.ts'
import { UnusablePath } from './failures.ts'
import { absolute, type BytePath, bytePath } from './paths.ts'
import { pin } from './pinned.ts'

/** A path in use. */
export interface Place {
  readonly path: BytePath
  /** Whether a link at the end of the path is followed; below a directory links have been followed already. */
  readonly follow: boolean
  /** To be called once the path is no longer used. */
  close(): void
}

export interface Confinement {
  /** The directory that the path is relative to and must not leave. */
  readonly within?: BytePath
  /** Make the directories on the way. @default false */
  readonly makeParents?: boolean
  /** The directory itself will do as well. @default false */
  readonly allowRoot?: boolean
}

/** Throws UnusablePath, and system errors. */
export function locate(base: BytePath, given: Uint8Array, options: Confinement = {}): Place {
  const { within, makeParents, allowRoot = false } = options
  if (within === undefined) return { path: absolute(base, given), follow: true, close: () => undefined }
  const pinned = pin(within, bytePath(given), { makeParents })
  if (!pinned.isRoot || allowRoot) return { path: pinned.path, follow: false, close: () => pinned.close() }
  pinned.close()
  throw new UnusablePath('it is the directory itself')
}

/** The `within` of an options table. Throws ArgumentError. */
export function withinOf(options: LuaValue, base: BytePath, primitive: string, position: number): BytePath | undefined {
  const { within } = (options ?? {}) as LuaTable
  if (within === undefined) return undefined
  if (typeof within === 'string' || within instanceof Uint8Array) return absolute(base, Buffer.from(within))
  throw new ArgumentError(
    `bad argument #${position} to '${primitive}' (within: string expected, got ${typeOf(within)})`,
  )
}
