import {
  ATTRIBUTES,
  BACKGROUND,
  BOLD,
  COLOR_PALETTE,
  DIM,
  FOREGROUND,
  INVERSE,
  UNDERLINE_MASK,
  UNDERLINE_SHIFT,
} from '../screen/cell.ts'
import type { ColorDepth } from '../screen/color.ts'
import type { Style } from './chrome/node.ts'
import { NodeProblem } from './chrome/parse-error.ts'
import { parseStyle } from './chrome/parse-style.ts'

/** What cells of a terminal are marked as: matches of a search, the one that was gone to, and the selection. */
export const MARK_KINDS = ['match', 'current_match', 'selection'] as const
export type MarkKind = (typeof MARK_KINDS)[number]
export type MarkLooks = Readonly<Record<MarkKind, Style>>

const BLACK = COLOR_PALETTE
const YELLOW = COLOR_PALETTE | 3
const BRIGHT_CYAN = COLOR_PALETTE | 14

/**
 * As in the theme `dark`: for when Lua says nothing. Inverse, with the colours the other way round: without colours they
 * can be seen too.
 */
export const USUAL_LOOKS: MarkLooks = {
  match: { foreground: YELLOW, background: BLACK, attributes: INVERSE },
  current_match: { foreground: BRIGHT_CYAN, background: BLACK, attributes: INVERSE | BOLD | (1 << UNDERLINE_SHIFT) },
  selection: { attributes: INVERSE },
}

/** Reads the styles that Lua gives for marks, by kind; what is left out looks as usual. */
export function parseMarkLooks(value: unknown): { ok: true; looks: MarkLooks } | { ok: false; message: string } {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  try {
    const looks = MARK_KINDS.map((kind) => [kind, parseStyle(given[kind], `theme.${kind}`) ?? USUAL_LOOKS[kind]])
    return { ok: true, looks: Object.fromEntries(looks) as MarkLooks }
  } catch (problem) {
    if (!(problem instanceof NodeProblem)) throw problem
    return { ok: false, message: problem.message }
  }
}

/** The same for a terminal of that depth: what would be told by colour alone is reversed where there is none. */
export function fitLooks(looks: MarkLooks, depth: ColorDepth): MarkLooks {
  if (depth !== 'none') return looks
  const fitting = MARK_KINDS.map((kind) => [kind, { attributes: looks[kind].attributes || INVERSE }])
  return Object.fromEntries(fitting) as MarkLooks
}

/**
 * Gives the cell at offset `at` that look. Colours take the place of the cell's own, and of what reverses or dims them;
 * without colours, "reversed" turns round what is there, so that it is seen on anything.
 */
export function applyLook({ foreground, background, attributes = 0 }: Style, cells: Uint32Array, at: number): void {
  let kept = cells[at + ATTRIBUTES]!
  if (attributes & UNDERLINE_MASK) kept &= ~UNDERLINE_MASK
  const colored = foreground !== undefined || background !== undefined
  if (colored) kept &= ~(INVERSE | DIM)
  cells[at + ATTRIBUTES] = (kept ^ (attributes & INVERSE)) | (attributes & ~INVERSE)
  if (foreground !== undefined) cells[at + FOREGROUND] = foreground
  if (background !== undefined) cells[at + BACKGROUND] = background
}
