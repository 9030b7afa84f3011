/** Why a secret cannot be had. The message never holds any part of one. */
export class SecretProblem extends Error {
  override name = 'SecretProblem'
  readonly kind: 'tampered' | 'wrong_key' | 'keyring' | 'busy'

  constructor(kind: SecretProblem['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}
