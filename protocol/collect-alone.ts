import { setFlagsFromString } from 'node:v8'

/**
 * How V8 frees memory, for a thread whose pauses a person feels on a machine that is busy.
 *
 * - Young objects are collected by the thread that made them. By default helper threads take a share, and the thread
 *   waits for the last of them: on a machine with more to do than processors, for the time slice of somebody else
 *   (measured beside busy neighbours: the longest tenth of the pauses 0.6–1 ms, with helpers 3–8 ms).
 * - Marking everything begins when that much of the room (in percent) up to the limit of the heap is used. By default it
 *   begins as soon as there is less room than all young objects together could take, which for a heap as small as ours
 *   is always: measured, a full collection of 5–10 ms after every thirtieth change of the chrome.
 */
export const COLLECTOR_FLAGS = [
  '--no-parallel-scavenge',
  '--incremental-marking-soft-trigger=70',
  '--incremental-marking-hard-trigger=85',
]

/** Has V8 pause this process for short times only. As with `compileEarly`, once everything is loaded. */
export function collectAlone(): void {
  for (const flag of COLLECTOR_FLAGS) setFlagsFromString(flag)
}
