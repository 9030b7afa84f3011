import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

/**
 * Calls after which V8 optimizes a function, and calls it wants to have seen since it last learned a new type there
 * (defaults 400, 3000 and 500). A person who types gives a function one call a key: by default the first 500 keys would
 * run unoptimized, and 500 more whenever something new comes (measured: 1.0 ms of work a key instead of 0.6 in the TUI).
 */
export const COMPILER_FLAGS = [
  '--invocation-count-for-maglev=20',
  '--invocation-count-for-turbofan=200',
  '--minimum-invocations-after-ic-update=20',
]

/**
 * Has V8 optimize early: for processes on the way from a key to its echo. Called once everything is loaded, since V8
 * takes compiled code from the cache only under the flags it was compiled under.
 */
export function compileEarly(): void {
  flushCompileCache()
  for (const flag of COMPILER_FLAGS) setFlagsFromString(flag)
}
