/** A device that receives Web Push: its keys, and how it reads what was encrypted for it (RFC 8188, RFC 8291). */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'

export interface PushDevice {
  readonly subscription: { endpoint: string; keys: { p256dh: string; auth: string } }
  /** The message in a body that a push service received. Throws when it is not for this device. */
  decrypt(body: Buffer): string
}

export function pushDevice(endpoint: string): PushDevice {
  const ecdh = createECDH('prime256v1')
  const publicKey = ecdh.generateKeys()
  const auth = randomBytes(16)
  const keys = { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') }
  const decrypt = (body: Buffer) => {
    // RFC 8188, section 2.1: salt, record size, length of the key id, which is the sender's public key.
    const salt = body.subarray(0, 16)
    const recordSize = body.readUInt32BE(16)
    const sender = body.subarray(21, 21 + body.readUInt8(20))
    const record = body.subarray(21 + sender.length)
    if (record.length > recordSize) throw new Error('more than one record')
    // RFC 8291, section 3.4.
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, sender])
    const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32))
    const key = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16))
    const nonce = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12))
    const decipher = createDecipheriv('aes-128-gcm', key, nonce)
    decipher.setAuthTag(record.subarray(-16))
    const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()])
    const end = padded.lastIndexOf(2) // the last record's delimiter, followed by zeros
    return padded.subarray(0, end).toString()
  }
  return { subscription: { endpoint, keys }, decrypt }
}

/** The claims of a VAPID header (RFC 8292), whose signature and key are checked. */
export function vapidClaims(authorization: string | undefined): { claims: Record<string, unknown>; publicKey: string } {
  const [, token = '', publicKey = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization ?? '') ?? []
  const [header = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(publicKey, 'base64url')
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const }
  if (!verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))) {
    throw new Error('the signature is wrong')
  }
  return { claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>, publicKey }
}
