/** What two ends of a connection see of its DTLS: sha-256 of each certificate, raw. */
export interface Certificates {
  readonly offerer: Uint8Array
  readonly answerer: Uint8Array
}

/**
 * What the handshake on a new data channel is bound to. Whoever rewrites the session descriptions to stand in between
 * has to show certificates of its own, so that the two ends have different ones here and do not agree.
 */
export function certificateBinding(mode: number, { offerer, answerer }: Certificates): Buffer {
  return Buffer.concat([Buffer.from('botster webrtc 1\0'), Buffer.from([mode]), offerer, answerer])
}

/** What a handshake for new keys is bound to: all that the two ends have agreed on before. */
export function restartBinding(hash: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('botster webrtc 1 restart\0'), hash])
}
