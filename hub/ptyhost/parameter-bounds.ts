import type { SequenceParser, XtermIdentifier } from './xterm-internals.ts'

/** Sequences whose first parameter is how often xterm does something, cell by cell or row by row. */
const REPEATING: readonly XtermIdentifier[] = [
  ...['@', 'I', 'L', 'M', 'P', 'S', 'T', 'X', 'Z', 'b'].map((final) => ({ final })),
  { intermediates: ' ', final: '@' },
  { intermediates: ' ', final: 'A' },
  { intermediates: "'", final: '}' },
  { intermediates: "'", final: '~' },
]

/**
 * Caps repeat counts at what can still change the screen. xterm takes up to 2^31 literally: `CSI 2147483647 b` asks for
 * 8 GB of memory, and with `L` it loops for hours, which any file that is printed can contain.
 * @param limit cells on the screen, at the time of the sequence
 */
export function boundRepeatCounts(parser: SequenceParser, limit: () => number): void {
  for (const id of REPEATING) {
    parser.registerCsiHandler(id, ({ params, length }) => {
      if (length > 0 && params[0]! > 0) params[0] = Math.min(params[0]!, limit())
      return false // xterm carries it out
    })
  }
}
