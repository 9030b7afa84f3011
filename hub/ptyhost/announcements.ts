import type { Signal } from '../../protocol/messages/ptyhost.ts'
import type { SequenceParser } from './xterm-internals.ts'

type WithoutSession<S> = S extends Signal ? Omit<S, 'session'> : never
/** What a program says besides drawing: a signal that does not name its session yet. */
export type Announcement = WithoutSession<Exclude<Signal, { kind: 'activity' }>>

/** Characters kept of a notification, a directory or a command line. */
const MAX_TEXT = 4096
/** Bytes of a clipboard text: what terminals commonly take. */
const MAX_CLIPBOARD_BYTES = 8 << 20
/** OSC 99 notifications whose end has not come yet. */
const MAX_UNFINISHED = 16

export interface CommandText {
  /** Remembers where the cursor is: a command line begins here. */
  mark(): void
  /** The text from the mark to the cursor; undefined when it is not on the screen any more. */
  sinceMark(): string | undefined
}

/** Turns OSC 7, 9, 52, 99, 133 and 777 into announcements. */
export function announceFromSequences(
  parser: SequenceParser,
  command: CommandText,
  announce: (announcement: Announcement) => void,
): void {
  parser.registerOscHandler(7, (data) => {
    const cwd = directoryOf(data)
    if (cwd !== undefined) announce({ kind: 'cwd', cwd })
    return true
  })
  parser.registerOscHandler(9, (data) => {
    const announcement = fromOsc9(data)
    if (announcement !== undefined) announce(announcement)
    return true
  })
  parser.registerOscHandler(52, (data) => {
    const [selection = '', encoded = ''] = data.split(';', 2)
    // Reading the clipboard (`?`) is refused by silence: what a person copied is none of the program's business.
    if (encoded === '?' || !/^[A-Za-z0-9+/=\s]*$/.test(encoded)) return true
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.length <= MAX_CLIPBOARD_BYTES) {
      announce({ kind: 'clipboard', selection: selection.slice(0, 16) || 'c', data: bytes })
    }
    return true
  })
  parser.registerOscHandler(99, new KittyNotifications(announce).receive)
  parser.registerOscHandler(133, (data) => {
    const mark = data[0]
    if (mark === 'B') command.mark()
    if (mark === 'A' || mark === 'B') announce({ kind: 'prompt', mark })
    if (mark === 'C') announce({ kind: 'prompt', mark, command: commandOf(data) ?? command.sinceMark() })
    if (mark === 'D') announce({ kind: 'prompt', mark, exitCode: exitCodeOf(data) })
    return true
  })
  parser.registerOscHandler(777, (data) => {
    const [verb, title = '', ...body] = data.split(';')
    if (verb === 'notify') {
      announce({ kind: 'notification', source: 'osc777', title: plain(title), body: plain(body.join(';')) })
    }
    return true
  })
}

/** `file://host/path`, percent-encoded. Directories of other machines (ssh) are kept too: it is what the title says. */
function directoryOf(url: string): string | undefined {
  const path = /^file:\/\/[^/]*(\/.*)$/.exec(url)?.[1] ?? (url.startsWith('/') ? url : undefined)
  if (path === undefined) return undefined
  try {
    return plain(decodeURIComponent(path))
  } catch {
    return plain(path)
  }
}

/** OSC 9 is a message, unless it holds only digits and semicolons (4: progress) or is ConEmu's directory (9;9). */
function fromOsc9(data: string): Announcement | undefined {
  const progress = /^4;(\d)(?:;(\d{1,3}))?;?$/.exec(data)
  if (progress) {
    return { kind: 'progress', state: Number(progress[1]), value: Math.min(100, Number(progress[2] ?? 0)) }
  }
  if (/^[\d;]*$/.test(data)) return undefined
  if (data.startsWith('9;')) return { kind: 'cwd', cwd: plain(data.slice(2).replace(/^"(.*)"$/, '$1')) }
  return { kind: 'notification', source: 'osc9', title: '', body: plain(data) }
}

/**
 * kitty's notifications, which may come in pieces: OSC 99 ; i=id:d=0:p=title:e=1 ; payload
 * (https://sw.kovidgoyal.net/kitty/desktop-notifications/).
 */
class KittyNotifications {
  readonly #unfinished = new Map<string, { title: string; body: string }>()
  readonly #announce: (announcement: Announcement) => void

  constructor(announce: (announcement: Announcement) => void) {
    this.#announce = announce
  }

  readonly receive = (data: string): boolean => {
    const separator = data.indexOf(';')
    if (separator === -1) return true
    const keys = new Map(
      data
        .slice(0, separator)
        .split(':')
        .map((part) => [part.slice(0, 1), part.slice(2)]),
    )
    const part = keys.get('p') ?? 'title'
    if (part !== 'title' && part !== 'body') return true
    const payload = data.slice(separator + 1)
    const text = keys.get('e') === '1' ? Buffer.from(payload, 'base64').toString('utf8') : payload
    const id = keys.get('i') ?? ''
    const notification = this.#unfinished.get(id) ?? { title: '', body: '' }
    this.#unfinished.delete(id)
    notification[part] = plain(notification[part] + text)
    if (keys.get('d') === '0') {
      this.#unfinished.set(id, notification)
      if (this.#unfinished.size > MAX_UNFINISHED) this.#unfinished.delete(this.#unfinished.keys().next().value!)
    } else {
      this.#announce({ kind: 'notification', source: 'osc99', ...notification })
    }
    return true
  }
}

/** Shells that say the command themselves: `C;cmdline_url=…` percent-encoded, `C;cmdline=…` as it is. */
function commandOf(data: string): string | undefined {
  const [, encoded] = /;cmdline_url=([^;]*)/.exec(data) ?? []
  if (encoded !== undefined) {
    try {
      return plain(decodeURIComponent(encoded))
    } catch {
      return plain(encoded)
    }
  }
  const [, verbatim] = /;cmdline=(.*)/.exec(data) ?? []
  return verbatim === undefined ? undefined : plain(verbatim)
}

function exitCodeOf(data: string): number | undefined {
  const code = /^D;(-?\d{1,10})/.exec(data)?.[1]
  return code === undefined ? undefined : Number(code)
}

/** Text that people and terminals will see: without control characters, and not endless. */
export function plain(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .toWellFormed()
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '')
}
