/** What went wrong with a file, in words and as a kind that scripts can ask for. */
import { getSystemErrorMap } from 'node:util'
import { failure, type LuaFailure, type LuaValue } from '../../vm/index.ts'

/** A path that is refused before anybody looks at the disk. */
export class UnusablePath extends Error {
  override name = 'UnusablePath'
  readonly kind: 'invalid' | 'unsafe' | 'not_a_file' | 'too_large'

  constructor(message: string, kind: UnusablePath['kind'] = 'invalid') {
    super(message)
    this.kind = kind
  }
}

/** System error → kind and reason. What is not here has the system's own words and the kind 'io'. */
const KNOWN: Readonly<Record<string, readonly [kind: string, reason: string]>> = {
  ENOENT: ['not_found', 'no such file or directory'],
  EACCES: ['permission', 'permission denied'],
  EPERM: ['permission', 'the system does not permit it'],
  EISDIR: ['is_directory', 'it is a directory'],
  ENOTDIR: ['not_directory', 'it, or a part of its path, is not a directory'],
  EEXIST: ['exists', 'it exists already'],
  ENOTEMPTY: ['not_empty', 'the directory is not empty'],
  ENOSPC: ['no_space', 'no space is left on the device'],
  EDQUOT: ['no_space', 'the disk quota is used up'],
  EROFS: ['read_only', 'the file system is read-only'],
  EMFILE: ['too_many_open', 'this process has too many files open'],
  ENFILE: ['too_many_open', 'the system has too many files open'],
  ELOOP: ['too_many_links', 'symbolic links lead in a circle'],
  ENAMETOOLONG: ['name_too_long', 'the name is too long'],
  EXDEV: ['cross_device', 'it would leave its file system: copy it and delete the original'],
  EBUSY: ['busy', 'it is in use'],
  ETXTBSY: ['busy', 'it is a program that is running'],
  EFBIG: ['too_large', 'the file would be too large'],
  EINVAL: ['invalid', 'the system takes it for invalid'],
  EILSEQ: ['invalid', 'the name is not valid on this file system'],
  EIO: ['io', 'the device reported an error'],
  EMLINK: ['too_many_links', 'it has too many links'],
  ENOTSUP: ['unsupported', 'the file system does not support it'],
  EOPNOTSUPP: ['unsupported', 'the file system does not support it'],
  ENOSYS: ['unsupported', 'the system does not support it'],
  ENXIO: ['not_a_file', 'there is no device, or nobody at the other end'],
  ENODEV: ['not_a_file', 'there is no device'],
  ESTALE: ['not_found', 'the network file system has lost it'],
  EPIPE: ['closed', 'nobody reads at the other end'],
  EBADF: ['closed', 'it was not opened for that'],
  ESPIPE: ['not_a_file', 'a pipe has no positions'],
}

/**
 * `nil, message, {kind, code, path, …}` for what `node:fs` or a check threw: "cannot read /x: permission denied (EACCES)".
 * Rethrows what is no such error.
 */
export function fileFailure(
  what: string,
  path: string,
  error: unknown,
  more: Readonly<Record<string, LuaValue>> = {},
): LuaFailure {
  const where = `cannot ${what} ${path}`
  if (error instanceof UnusablePath) {
    return failure(`${where}: ${error.message}`, { kind: error.kind, path, ...more })
  }
  const { code } = error as NodeJS.ErrnoException
  if (!(error instanceof Error) || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) throw error
  const [kind, reason] = KNOWN[code] ?? ['io', systemWords(code)]
  return failure(`${where}: ${reason} (${code})`, { kind, code, path, ...more })
}

/** Runs `body`, now or later; what it throws about a file becomes a failure. */
export function attempt<T>(
  what: string,
  path: string,
  body: () => T | Promise<T>,
  more?: Readonly<Record<string, LuaValue>>,
): T | LuaFailure | Promise<T | LuaFailure> {
  try {
    const result = body()
    if (!(result instanceof Promise)) return result
    return result.catch((error: unknown) => fileFailure(what, path, error, more))
  } catch (error) {
    return fileFailure(what, path, error, more)
  }
}

function systemWords(code: string): string {
  for (const [name, message] of getSystemErrorMap().values()) if (name === code) return message
  return 'the system reported an error'
}
