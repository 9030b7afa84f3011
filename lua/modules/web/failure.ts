/** What goes wrong between here and a server, as a message that a person can act on. */
import { failure, type LuaFailure, type LuaTable } from '../../vm/index.ts'

export type NetworkFailureKind =
  | 'busy' // too many at once
  | 'cancelled' // by the script, or because its owner was unloaded
  | 'connection_lost' // ended before the answer was complete
  | 'connection_refused' // nothing listens there
  | 'encoding' // the body is not what Content-Encoding says
  | 'host_not_found'
  | 'invalid_url'
  | 'not_open' // the connection is not open
  | 'not_text' // bytes where text must be
  | 'protocol' // what came is not valid HTTP, WebSocket or ActionCable
  | 'redirects' // too many, or to where we do not go
  | 'refused' // the server said no: `status` tells how
  | 'timeout'
  | 'tls' // no trusted, encrypted connection
  | 'too_large'
  | 'unreachable' // no way to that address

export interface NetworkFailure {
  readonly kind: NetworkFailureKind
  readonly message: string
  /** HTTP status, where the server answered. */
  readonly status?: number
}

export type NetworkResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: NetworkFailure }

export function failed(
  kind: NetworkFailureKind,
  message: string,
  status?: number,
): { readonly ok: false; readonly failure: NetworkFailure } {
  return { ok: false, failure: status === undefined ? { kind, message } : { kind, message, status } }
}

/** The failure as a primitive returns it: `nil, message, err`. */
export function asLuaFailure({ message, kind, status }: NetworkFailure): LuaFailure {
  return failure(message, { kind, status })
}

/** The failure as callbacks get it, after its message. */
export function failureTable({ message, kind, status }: NetworkFailure): LuaTable {
  return { kind, message, status }
}

/** Whether something thrown is a failure of ours, which AbortSignals carry as their reason. */
function isNetworkFailure(error: unknown): error is NetworkFailure {
  return typeof error === 'object' && error !== null && !(error instanceof Error) && 'kind' in error
}

/**
 * What Node or a library threw while it talked to `url`, told without what the URL may hold in secrets (its user,
 * password and query).
 */
export function networkFailure(error: unknown, url: URL): NetworkFailure {
  if (isNetworkFailure(error)) return error
  const { code, message, reason } = innermost(error)
  const at = `${url.hostname}:${portOf(url)}`
  switch (code) {
    case 'ECONNREFUSED':
      return { kind: 'connection_refused', message: `connection refused: nothing listens at ${at}` }
    case 'ENOTFOUND':
    case 'EAI_NODATA':
      return { kind: 'host_not_found', message: `host not found: '${url.hostname}'` }
    case 'EAI_AGAIN':
      return { kind: 'host_not_found', message: `host not found: no name server answered for '${url.hostname}'` }
    case 'ETIMEDOUT':
      return { kind: 'timeout', message: `timeout: ${at} did not accept a connection in time` }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return { kind: 'unreachable', message: `unreachable: there is no way to ${at} (${code})` }
    case 'ECONNRESET':
    case 'EPIPE':
      return { kind: 'connection_lost', message: `connection lost: ${at} closed it before the answer was complete` }
    case 'HPE_HEADER_OVERFLOW':
      return { kind: 'too_large', message: `too large: the headers of ${at} are longer than 16 KiB` }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return { kind: 'tls', message: `TLS: the certificate of ${at} is for another host (${reason ?? message})` }
  }
  if (isTlsCode(code)) return { kind: 'tls', message: tlsMessage(at, code, reason ?? message) }
  if (code.startsWith('HPE_')) return { kind: 'protocol', message: `${at} did not answer in HTTP (${message})` }
  return { kind: 'protocol', message: `the exchange with ${at} failed: ${message}` }
}

interface Thrown {
  readonly code: string
  readonly message: string
  /** What OpenSSL said, without the numbers around it. */
  readonly reason?: string
}

/** The error at the bottom: libraries wrap it, and a host with several addresses gives one for each. */
function innermost(error: unknown): Thrown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const { code, reason, cause } = error as Error & { code?: unknown; reason?: unknown }
  if (cause instanceof Error) return innermost(cause)
  return {
    code: typeof code === 'string' ? code : '',
    message: error.message,
    reason: typeof reason === 'string' ? reason : undefined,
  }
}

function portOf({ port, protocol }: URL): string {
  if (port !== '') return port
  return protocol === 'https:' || protocol === 'wss:' ? '443' : '80'
}

/** Certificates that OpenSSL refuses carry its name for why as their code. */
const CERTIFICATE_CODE = /CERT|UNABLE_TO_|SIGNATURE|INVALID_CA|PATH_LENGTH|PURPOSE|HOSTNAME_MISMATCH/

function isTlsCode(code: string): boolean {
  return code === 'EPROTO' || /^ERR_(SSL|TLS)_/.test(code) || CERTIFICATE_CODE.test(code)
}

function tlsMessage(at: string, code: string, why: string): string {
  return CERTIFICATE_CODE.test(code) && !code.startsWith('ERR_')
    ? `TLS: the certificate of ${at} is not trusted (${why})`
    : `TLS: no encrypted connection to ${at} could be made (${why})`
}
