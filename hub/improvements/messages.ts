/** What crosses between the hub and the thread that its improvements run in. Everything is copied; nothing is shared. */

import type { LogLevel } from '../../lua/modules/index.ts'
import type { LuaValue } from '../../lua/vm/index.ts'

/** Where improvements run. Given to the thread when it starts. */
export interface SandboxPlace {
  /** The only directory whose files they see: `~/.botster/lua/improvements`. */
  readonly directory: string
  /** `~/.config/botster`. */
  readonly configDirectory: string
  /** `~/.botster/lua`. */
  readonly luaPath: string
  /** One number: the improvement that runs at this moment, 0 for none. Only ever told, never asked of it. */
  readonly running: SharedArrayBuffer
}

/** What went wrong in an improvement. */
export interface SandboxError {
  readonly kind: string
  /** With file and line in front. */
  readonly message: string
  readonly traceback: string
}

/** `id` is one load of one improvement: while it is reloaded, there are two of the same name. */
export type ToSandbox =
  | {
      readonly type: 'load'
      readonly id: number
      readonly name: string
      readonly path: string
      readonly source: Uint8Array
    }
  | { readonly type: 'unload'; readonly id: number }
  /** Calls a function that the improvement registered. */
  | {
      readonly type: 'call'
      readonly id: number
      readonly call: number
      readonly fn: number
      readonly args: LuaValue[]
    }
  /** Answers an 'ask'. */
  | { readonly type: 'reply'; readonly id: number; readonly ask: number; readonly values: LuaValue[] }
  | { readonly type: 'refusal'; readonly id: number; readonly ask: number; readonly message: string }
  | { readonly type: 'ping' }

export type FromSandbox =
  | { readonly type: 'loaded'; readonly id: number; readonly error?: SandboxError }
  | { readonly type: 'returned'; readonly id: number; readonly call: number; readonly values: LuaValue[] }
  | { readonly type: 'failed'; readonly id: number; readonly call: number; readonly error: SandboxError }
  /** Wants something of the hub: `op` as in "hooks.on". */
  | { readonly type: 'ask'; readonly id: number; readonly ask: number; readonly op: string; readonly args: LuaValue[] }
  | { readonly type: 'log'; readonly id: number; readonly level: LogLevel; readonly message: string }
  /** An error that nobody awaits, of a timer for example. */
  | { readonly type: 'report'; readonly id: number; readonly error: SandboxError }
  /** It took more than its share of time and has been ended. */
  | { readonly type: 'overdrawn'; readonly id: number; readonly message: string }
  | { readonly type: 'pong' }
