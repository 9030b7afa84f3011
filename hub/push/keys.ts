/** The keys by which push services know this botster (VAPID, RFC 8292): made once, kept for good. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { takeFileLock } from '../../lua/modules/file-lock.ts'
import { UnusablePath } from '../../lua/modules/fs/failures.ts'
import { bytePath } from '../../lua/modules/fs/paths.ts'
import { writeWhole } from '../../lua/modules/fs/write.ts'

/** How long another hub may take to make the keys: it is a millisecond's work. */
const LOCK_PATIENCE_MS = 2000

export interface PushKeys {
  /** The uncompressed point, base64url: what browsers call applicationServerKey. */
  readonly publicKey: string
  readonly privateKey: string
}

export function keysPath(directory: string): string {
  return join(directory, 'vapid.json')
}

/**
 * The keys in `directory` (which exists), made when there are none.
 * @throws system errors; UnusablePath when the file is there but holds none: making others would silently end every
 * subscription.
 */
export async function pushKeys(directory: string): Promise<PushKeys> {
  const known = read(keysPath(directory))
  if (known !== undefined) return known
  const { generateVAPIDKeys } = (await import('web-push')).default
  const path = keysPath(directory)
  using lock = takeFileLock(`${path}.lock`, LOCK_PATIENCE_MS)
  if (lock === undefined) throw Object.assign(new Error('another hub holds the lock'), { code: 'EBUSY' })
  const meanwhile = read(path)
  if (meanwhile !== undefined) return meanwhile
  const { publicKey, privateKey } = generateVAPIDKeys()
  const text = Buffer.from(`${JSON.stringify({ publicKey, privateKey })}\n`)
  writeWhole(bytePath(path), text, { canWait: false, mode: 0o600, durable: true })
  return { publicKey, privateKey }
}

function read(path: string): PushKeys | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const { publicKey, privateKey } = JSON.parse(text) as Partial<PushKeys>
    if (isKey(publicKey, 65) && isKey(privateKey, 32)) return { publicKey, privateKey }
  } catch {
    // Said below.
  }
  throw new UnusablePath('it holds no keys: remove it, and subscribe every device anew')
}

/** Whether a text is so many bytes in base64url. */
export function isKey(text: unknown, bytes: number): text is string {
  return typeof text === 'string' && /^[\w-]+$/.test(text) && Buffer.from(text, 'base64url').length === bytes
}
