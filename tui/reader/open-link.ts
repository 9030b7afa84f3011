import { spawn } from 'node:child_process'
import { isOnPath } from './clipboard.ts'

/** What is opened without asking; everything else may do anything, and is copied. */
const OPENED = /^(?:https?:\/\/|mailto:)[^\0-\x20\x7f]+$/i

/**
 * Opens an address with the system's opener, if there is a desktop to open it on.
 * @returns false when it is to be copied instead
 */
export function openLink(url: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  const opener = openerFor(env, platform)
  if (opener === undefined || !OPENED.test(url)) return false
  const child = spawn(opener, [url], { env, stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
  return true
}

/** The program that opens addresses; undefined without one, or when the desktop is at the other end of an ssh. */
export function openerFor(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (env.SSH_CONNECTION || env.SSH_TTY) return undefined
  if (platform === 'darwin') return 'open'
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined
  return isOnPath('xdg-open', env) ? 'xdg-open' : undefined
}
