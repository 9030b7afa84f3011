/** Sends a notification to one subscription: encrypted for the device (RFC 8291), signed by us (RFC 8292). */
import type { HttpClient } from '../../lua/modules/web/client.ts'
import { failed, type NetworkResult } from '../../lua/modules/web/failure.ts'
import type { PushKeys } from './keys.ts'
import type { PushSubscription } from './subscriptions.ts'

/** Bytes of a message: push services take bodies of 4096 bytes, and encryption adds 103 (RFC 8291, section 4). */
export const MOST_PAYLOAD = 3993

/** Bytes of what a push service has to say of it. */
const MOST_ANSWER = 64 << 10

export interface Delivery {
  /** JSON text. */
  readonly payload: string
  /** Seconds that the service keeps it for a device that is off. */
  readonly ttl: number
  readonly urgency: 'very-low' | 'low' | 'normal' | 'high'
  /** A later message of the same topic replaces one that was not delivered. */
  readonly topic?: string
  readonly timeoutMs: number
  /** Whom the push service may write to: a mailto: or https: URL. */
  readonly subject: string
}

/** Whether it was taken, or 'gone': the device has unsubscribed, and the subscription is of no more use. */
export async function deliver(
  client: HttpClient,
  keys: PushKeys,
  subscription: PushSubscription,
  { payload, ttl, urgency, topic, timeoutMs, subject }: Delivery,
  signal: AbortSignal,
): Promise<NetworkResult<'sent' | 'gone'>> {
  const library = (await import('web-push')).default
  const { origin, host } = new URL(subscription.endpoint)
  const { publicKey, privateKey } = keys
  const { Authorization } = library.getVapidHeaders(origin, subject, publicKey, privateKey, 'aes128gcm')
  const details = library.generateRequestDetails(subscription, payload, {
    TTL: ttl,
    urgency,
    ...(topic === undefined ? {} : { topic }),
    contentEncoding: 'aes128gcm',
    headers: { Authorization },
  })
  const answer = await client.send(
    {
      method: details.method,
      url: details.endpoint,
      headers: Object.entries(details.headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const),
      body: details.body,
      timeoutMs,
      maxRedirects: 0,
      maxBytes: MOST_ANSWER,
    },
    signal,
  )
  if (!answer.ok) return answer
  const { status, body } = answer.value
  if (status >= 200 && status < 300) return { ok: true, value: 'sent' }
  if (status === 404 || status === 410) return { ok: true, value: 'gone' }
  const said = Buffer.from(body).toString().replace(/\s+/g, ' ').trim().slice(0, 200)
  return failed('refused', `refused: ${host} answered ${status}${said === '' ? '' : ` (${said})`}`, status)
}
