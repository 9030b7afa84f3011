/**
 * Ends a process that nobody needs any more: calls `end` when `inUse` was false for `graceMs` without interruption.
 * Call the returned function whenever the answer may have changed.
 */
export function endWhenUnused(inUse: () => boolean, graceMs: number, end: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const check = () => {
    if (inUse()) {
      clearTimeout(timer)
      timer = undefined
    } else {
      timer ??= setTimeout(end, graceMs)
    }
  }
  check()
  return check
}
