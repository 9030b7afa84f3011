/** Where an answer sends us, and the request that goes there (RFC 9110, section 15.4). */
import { failed, type NetworkResult } from './failure.ts'
import { type HttpRequest, httpUrl } from './request.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Headers that are for the first host alone. */
const PRIVATE = new Set(['authorization', 'cookie', 'proxy-authorization'])

export interface Answer {
  readonly status: number
  readonly location: string | undefined
}

/**
 * The request that follows a redirect; undefined when the answer is none, or when redirects are not to be followed
 * (`maxRedirects` 0). `count` is how many were followed.
 */
export function redirected(
  request: HttpRequest,
  url: URL,
  { status, location }: Answer,
  count: number,
): NetworkResult<HttpRequest> | undefined {
  if (!REDIRECTS.has(status) || location === undefined || request.maxRedirects === 0) return undefined
  if (count >= request.maxRedirects) {
    return failed('redirects', `redirects: ${url.host} redirected more than ${request.maxRedirects} times`)
  }
  const target = httpUrl(location, url)
  if (target === undefined) {
    return failed('redirects', `redirects: ${url.host} redirected to what is no http or https URL`)
  }
  const isGet = status === 303 || ((status === 301 || status === 302) && request.method === 'POST')
  const headers = request.headers.filter(
    ([name]) => !(isGet && name.startsWith('content-')) && !(target.origin !== url.origin && PRIVATE.has(name)),
  )
  const next = { ...request, url: target.href, headers }
  if (!isGet) return { ok: true, value: next }
  return { ok: true, value: { ...next, method: request.method === 'HEAD' ? 'HEAD' : 'GET', body: undefined } }
}
