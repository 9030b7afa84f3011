import { difference, type Line, wholeText } from './difference.ts'
import type { Layer, LayerEntry } from './layer.ts'
import { visiblePath, visibleText } from './visible.ts'

/** How a file differs from what was trusted; `new` where nothing was. */
export type Change = 'new' | 'same' | 'added' | 'changed' | 'mode' | 'removed'

/** A file of a layer as its user sees it before trusting it. */
export interface ReviewedFile {
  /** Below the layer; what cannot be seen in it is spelled out. */
  readonly path: string
  /** Permission bits as octal digits: `644`. */
  readonly mode: string
  /** The mode that was trusted, when that differs. */
  readonly trustedMode: string | undefined
  /** Bytes. */
  readonly size: number
  readonly change: Change
  /** Whether it is no text; `lines` is empty then. */
  readonly isBinary: boolean
  /** The text, or the difference from what was trusted; what cannot be seen in it is spelled out. */
  lines(): Line[]
}

/** All files of a layer, sorted by path, those that are gone included. @param trusted what was trusted last, if anything */
export function reviewLayer(layer: Layer | undefined, trusted: Layer | undefined): ReviewedFile[] {
  const now = filesOf(layer)
  const before = filesOf(trusted)
  const paths = [...new Set([...now.keys(), ...before.keys()])].sort()
  return paths.map((path) => review(path, now.get(path), before.get(path), trusted !== undefined))
}

function filesOf(layer: Layer | undefined): Map<string, LayerEntry> {
  return new Map(layer?.entries.filter(({ bytes }) => bytes !== undefined).map((entry) => [entry.path, entry]))
}

function review(path: string, now: LayerEntry | undefined, before: LayerEntry | undefined, compare: boolean) {
  const shown = (now ?? before)!
  const isBinary = [now, before].some((entry) => entry?.bytes?.includes(0) === true)
  return {
    path: visiblePath(path),
    mode: shown.mode.toString(8),
    trustedMode: now && before && now.mode !== before.mode ? before.mode.toString(8) : undefined,
    size: shown.bytes!.length,
    change: changeOf(now, before, compare),
    isBinary,
    lines: () => (isBinary ? [] : linesOf(now, before)),
  }
}

function changeOf(now: LayerEntry | undefined, before: LayerEntry | undefined, compare: boolean): Change {
  if (!compare) return 'new'
  if (now === undefined) return 'removed'
  if (before === undefined) return 'added'
  if (!now.bytes!.equals(before.bytes!)) return 'changed'
  return now.mode === before.mode ? 'same' : 'mode'
}

function linesOf(now: LayerEntry | undefined, before: LayerEntry | undefined): Line[] {
  const [after, trusted] = [now, before].map((entry) => entry && visibleText(entry.bytes!.toString()))
  if (after === undefined) return wholeText(trusted!, 'removed')
  return trusted === undefined ? wholeText(after, 'same') : difference(trusted, after)
}
