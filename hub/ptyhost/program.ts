import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * Where a program is that argv[0] names, as execvp would find it from `cwd` with this PATH; undefined when it is not
 * there or cannot be executed. Looked at before forking, since afterwards a missing program is only an exit status.
 */
export function findProgram(name: string, cwd: string, path: string | undefined): string | undefined {
  if (name.includes('/')) return isExecutable(isAbsolute(name) ? name : join(cwd, name)) ? name : undefined
  if (name === '') return undefined
  for (const directory of (path ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)) {
    const candidate = join(isAbsolute(directory) ? directory : join(cwd, directory), name)
    if (isExecutable(candidate)) return candidate
  }
  return undefined
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
