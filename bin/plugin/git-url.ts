import { UsageError } from '../usage.ts'

const SCHEMES = ['https', 'ssh', 'file']
const ACCEPTED = 'a directory, https://…, ssh://…, user@host:path and file://… are accepted'

/**
 * The git URL that a source is, or undefined when it is a path.
 * @throws UsageError for a URL that git might take for something else: an option, a command of its own, a host that is one
 */
export function gitUrl(source: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(source)) throw new UsageError('the source has control characters', ACCEPTED)
  if (source === '' || source.startsWith('-')) throw new UsageError(`'${source}' is no source`, ACCEPTED)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/|:)/.exec(source)
  if (scheme !== null) {
    if (scheme[2] === ':' || !SCHEMES.includes(scheme[1]!)) {
      throw new UsageError(`'${scheme[0]}' is not accepted: it is not encrypted, or runs programs`, ACCEPTED)
    }
    const host = /^[a-z]+:\/\/(?:[^/@]*@)?([^/:]*)/.exec(source)?.[1] ?? ''
    if (host.startsWith('-')) throw new UsageError(`'${host}' is no host`, ACCEPTED)
    return source
  }
  const remote = /^[^\s/@:]+@([^\s/:]+):(.+)$/.exec(source)
  if (remote === null) return undefined
  const [, host = '', path = ''] = remote
  if (!/^[\w.][\w.-]*$/.test(host) || path.startsWith('-')) throw new UsageError(`'${source}' is no source`, ACCEPTED)
  return source
}
