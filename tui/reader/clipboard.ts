import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { clipboardSequence } from '../alerts.ts'

/** Milliseconds a clipboard program gets to take the text: those of X11 go on in the background by themselves. */
const TIMEOUT_MS = 5000

export interface ClipboardParts {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** Sends a sequence that draws nothing to the outer terminal. */
  readonly tell: (sequence: string) => void
}

/**
 * Puts text into the clipboard: by the outer terminal (OSC 52), which works over ssh too, and by the system's program
 * where there is one, for terminals that do not take it.
 * @returns what stood in the way when neither could take it
 */
export async function copyToClipboard(text: string, parts: ClipboardParts): Promise<string | undefined> {
  const data = Buffer.from(text)
  const sequence = clipboardSequence('c', data)
  parts.tell(sequence)
  const program = clipboardProgram(parts.env, parts.platform)
  if (program === undefined) {
    if (sequence !== '') return undefined
    const size = `${(data.length / (1 << 20)).toFixed(1)} MiB`
    return `${size} are more than terminals take for their clipboard, and there is no wl-copy, xclip, xsel or pbcopy`
  }
  const problem = await feed(program, data, parts.env)
  return problem !== undefined && sequence === '' ? problem : undefined
}

/** The program that sets the clipboard of the desktop this runs on, with its arguments. */
export function clipboardProgram(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly string[] | undefined {
  const candidates: (readonly string[])[] = []
  if (platform === 'darwin') candidates.push(['pbcopy'])
  if (env.WAYLAND_DISPLAY) candidates.push(['wl-copy'])
  if (env.DISPLAY) candidates.push(['xclip', '-selection', 'clipboard', '-in'], ['xsel', '--clipboard', '--input'])
  return candidates.find(([name]) => isOnPath(name!, env))
}

/** Whether there is a program of this name. */
export function isOnPath(name: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(delimiter).some((directory) => {
    if (directory === '') return false
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Runs a program with `data` as its input. @returns what went wrong */
async function feed(
  [name, ...args]: readonly string[],
  data: Uint8Array,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const child = spawn(name!, args, { env, stdio: ['pipe', 'ignore', 'ignore'], timeout: TIMEOUT_MS })
  child.on('error', (error) => resolve(`${name} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => resolve(code === 0 ? undefined : `${name} failed (${signal ?? code})`))
  child.stdin.on('error', () => {}) // it left without reading: its exit says why
  child.stdin.end(data)
  return promise
}
