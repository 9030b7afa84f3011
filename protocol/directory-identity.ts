import { statSync } from 'node:fs'

/**
 * Tells the directory at a path from another one that stands there later, under the same name: a watch of the one says
 * nothing of the other. '' when there is none.
 */
export function directoryIdentity(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true })
  // Numbers are given away again at once.
  return found?.isDirectory() ? `${found.dev}:${found.ino}:${found.birthtimeNs}` : ''
}
