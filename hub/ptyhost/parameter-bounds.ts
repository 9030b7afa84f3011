import type { SequenceParser, XtermIdentifier } from './xterm-internals.ts'

/** Sequences whose first parameter is how often xterm does something along a row or a column of the screen. */
const REPEATING: readonly XtermIdentifier[] = [
  ...['@', 'I', 'L', 'M', 'P', 'S', 'T', 'X', 'Z'].map((final) => ({ final })),
  { intermediates: ' ', final: '@' },
  { intermediates: ' ', final: 'A' },
  { intermediates: "'", final: '}' },
  { intermediates: "'", final: '~' },
]

/**
 * Caps repeat counts at what can still change the screen. xterm takes up to 2^31 literally: `CSI 2147483647 b` asks for
 * 8 GB of memory, and with `L` it loops for hours, which any file that is printed can contain.
 * @param screen its size at the time of the sequence
 */
export function boundRepeatCounts(
  parser: SequenceParser,
  screen: { readonly cols: number; readonly rows: number },
): void {
  const bound = (id: XtermIdentifier, limit: () => number) =>
    parser.registerCsiHandler(id, ({ params, length }) => {
      if (length > 0 && params[0]! > 0) params[0] = Math.min(params[0]!, limit())
      return false // xterm carries it out
    })
  for (const id of REPEATING) bound(id, () => Math.max(screen.cols, screen.rows))
  bound({ final: 'b' }, () => screen.cols * screen.rows) // REP wraps from row to row
}
