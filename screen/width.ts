import stringWidthOf from 'string-width'

/**
 * Cells a text takes, as Ink measures it. Escape sequences and control characters take none, nor does a tab.
 */
export function textWidth(text: string): number {
  let width = 0
  for (let index = 0; index < text.length; index++) {
    const certain = CERTAIN_WIDTHS[text.charCodeAt(index)]!
    if (certain === 0) return stringWidthOf(text)
    width += certain
  }
  return width
}

/**
 * Splits text into what a terminal draws as one glyph (extended grapheme clusters, UAX #29) and calls `visit` with
 * each and the cells it takes: 0 for what draws nothing, usually 1 or 2.
 */
export function eachCluster(text: string, visit: (cluster: string, width: number) => void): void {
  let index = 0
  while (index < text.length) {
    const end = endOfCertain(text, index)
    for (; index < end; index++) visit(text[index]!, CERTAIN_WIDTHS[text.charCodeAt(index)]!)
    if (index === text.length) return
    const stretchEnd = endOfUncertain(text, index)
    for (const { segment } of graphemes.segment(text.slice(index, stretchEnd))) visit(segment, stringWidthOf(segment))
    index = stretchEnd
  }
}

/**
 * Whether all terminals of this century give a glyph the same width, and never join it with its neighbours. False for
 * emoji, and for scripts and signs whose width changed between Unicode versions: after those the painter repositions
 * the cursor.
 */
export function hasCertainWidth(codePoint: number): boolean {
  return codePoint <= 0xffff && CERTAIN_WIDTHS[codePoint] !== 0
}

/** The same for a cluster of several code points: a letter of certain width with Latin accents on it. */
export function clusterHasCertainWidth(cluster: string): boolean {
  if (CERTAIN_WIDTHS[cluster.charCodeAt(0)] === 0) return false
  for (let index = 1; index < cluster.length; index++) {
    const unit = cluster.charCodeAt(index)
    if (unit < 0x300 || unit > 0x36f || unit === 0x34f) return false
  }
  return true
}

const graphemes = new Intl.Segmenter()

/**
 * First and last UTF-16 unit of ranges whose width is the same everywhere. East Asian "ambiguous" characters count as
 * narrow: a terminal set up otherwise breaks every full-screen program.
 */
const CERTAIN_NARROW: readonly [number, number][] = [
  [0x20, 0x7e],
  [0xa0, 0xac],
  [0xae, 0x2ff], // without the soft hyphen
  [0x370, 0x377],
  [0x37a, 0x37f],
  [0x384, 0x38a],
  [0x38c, 0x38c],
  [0x38e, 0x3a1],
  [0x3a3, 0x482],
  [0x48a, 0x52f],
  [0x531, 0x556],
  [0x1e00, 0x1f15],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x2070, 0x2071],
  [0x2074, 0x208e],
  [0x20a0, 0x20bf],
  [0x2100, 0x218b],
  [0x2190, 0x2319],
  [0x231c, 0x2328],
  [0x232b, 0x2426],
  [0x2440, 0x244a],
  [0x2460, 0x25fc],
  [0x2701, 0x27bf],
  [0x27c0, 0x2aff],
  [0xe000, 0xf8ff], // private use: powerline and icon fonts
]
const CERTAIN_WIDE: readonly [number, number][] = [
  [0x2e80, 0x2e99],
  [0x2e9b, 0x2ef3],
  [0x2f00, 0x2fd5],
  [0x3000, 0x3029],
  [0x3041, 0x3096],
  [0x309b, 0x30ff],
  [0x3105, 0x312f],
  [0x3131, 0x3163],
  [0x3165, 0x318e],
  [0x3220, 0x3247],
  [0x3250, 0x32fe],
  [0x3300, 0x4dbf],
  [0x4e00, 0x9ffc],
  [0xac00, 0xd7a3],
  [0xf900, 0xfa6d],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
]

/** No pictograph of the basic plane lies above (U+3299 is the last). */
const PICTOGRAPHS_END = 0x3300

/** The width of each UTF-16 unit where it is certain, else 0: surrogates, marks, emoji, disputed signs. */
const CERTAIN_WIDTHS = certainWidths()

function certainWidths(): Uint8Array {
  const widths = new Uint8Array(0x10000)
  for (const [first, last] of CERTAIN_NARROW) widths.fill(1, first, last + 1)
  for (const [first, last] of CERTAIN_WIDE) widths.fill(2, first, last + 1)
  // Pictographs below the emoji blocks (arrows, signs, dingbats) are drawn narrow or wide at the terminal's whim.
  const units = String.fromCharCode(...Array.from({ length: PICTOGRAPHS_END }, (_, unit) => unit))
  for (const { 0: pictograph } of units.matchAll(/\p{Extended_Pictographic}/gu)) widths[pictograph.charCodeAt(0)] = 0
  return widths
}

/** Where the run of certain characters from `index` on ends; the last one before an uncertain one is left to it. */
function endOfCertain(text: string, index: number): number {
  let end = index
  while (end < text.length && CERTAIN_WIDTHS[text.charCodeAt(end)] !== 0) end++
  return end === text.length || end === index ? end : end - 1
}

/** Where a stretch ends that is to be segmented: between two certain characters, which never belong together. */
function endOfUncertain(text: string, index: number): number {
  let end = index + 1
  while (end < text.length) {
    const both = CERTAIN_WIDTHS[text.charCodeAt(end - 1)] !== 0 && CERTAIN_WIDTHS[text.charCodeAt(end)] !== 0
    if (both) break
    end++
  }
  return end
}
