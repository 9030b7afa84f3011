import stringWidthOf from 'string-width'

/**
 * Cells a text takes, as Ink measures it. Escape sequences and control characters take none, nor does a tab.
 */
export function textWidth(text: string): number {
  return knownWidth(text) ?? stringWidthOf(text)
}

/** The same as far as it does not depend on how characters come together; undefined where it does. */
export function knownWidth(text: string): number | undefined {
  let width = 0
  for (let index = 0; index < text.length; index++) {
    const known = KNOWN_WIDTHS[text.charCodeAt(index)]!
    if (known === 0) return undefined
    width += known
  }
  return width
}

/** Whether nothing of a glyph is seen: controls, marks without a letter, halves of a pair. */
export function isInvisible(cluster: string): boolean {
  // What string-width counts as something to see. Within the function, since making it takes a while and few need it.
  return !/[^\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}]/v.test(
    cluster,
  )
}

/**
 * Splits text into what a terminal draws as one glyph (extended grapheme clusters, UAX #29) and calls `visit` with
 * each and the cells it takes: 0 for what draws nothing, usually 1 or 2.
 */
export function eachCluster(text: string, visit: (cluster: string, width: number) => void): void {
  let index = 0
  while (index < text.length) {
    const end = endOfKnown(text, index)
    for (; index < end; index++) visit(text[index]!, KNOWN_WIDTHS[text.charCodeAt(index)]!)
    if (index === text.length) return
    const stretchEnd = endOfUnknown(text, index)
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
  [0x10d0, 0x10f6], // Georgian
  [0x13a0, 0x13f4], // Cherokee
  [0x1401, 0x1676], // Canadian syllabics
  [0x16a0, 0x16f0], // runes
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

/**
 * Pictographs below the emoji blocks (arrows, signs, dingbats; \p{Extended_Pictographic} of the basic plane), by the
 * width that Ink takes them for where they stand alone. Terminals draw them narrow or wide at their whim. Written down,
 * since looking for them with a regular expression took a good part of a start.
 */
const NARROW_PICTOGRAPHS: readonly [number, number][] = [
  [0xa9, 0xa9],
  [0xae, 0xae],
  [0x203c, 0x203c],
  [0x2049, 0x2049],
  [0x2122, 0x2122],
  [0x2139, 0x2139],
  [0x2194, 0x2199],
  [0x21a9, 0x21aa],
  [0x2328, 0x2328],
  [0x23cf, 0x23cf],
  [0x23ed, 0x23ef],
  [0x23f1, 0x23f2],
  [0x23f8, 0x23fa],
  [0x24c2, 0x24c2],
  [0x25aa, 0x25ab],
  [0x25b6, 0x25b6],
  [0x25c0, 0x25c0],
  [0x25fb, 0x25fc],
  [0x2600, 0x2604],
  [0x260e, 0x260e],
  [0x2611, 0x2611],
  [0x2618, 0x2618],
  [0x261d, 0x261d],
  [0x2620, 0x2620],
  [0x2622, 0x2623],
  [0x2626, 0x2626],
  [0x262a, 0x262a],
  [0x262e, 0x262f],
  [0x2638, 0x263a],
  [0x2640, 0x2640],
  [0x2642, 0x2642],
  [0x265f, 0x2660],
  [0x2663, 0x2663],
  [0x2665, 0x2666],
  [0x2668, 0x2668],
  [0x267b, 0x267b],
  [0x267e, 0x267e],
  [0x2692, 0x2692],
  [0x2694, 0x2697],
  [0x2699, 0x2699],
  [0x269b, 0x269c],
  [0x26a0, 0x26a0],
  [0x26a7, 0x26a7],
  [0x26b0, 0x26b1],
  [0x26c8, 0x26c8],
  [0x26cf, 0x26cf],
  [0x26d1, 0x26d1],
  [0x26d3, 0x26d3],
  [0x26e9, 0x26e9],
  [0x26f0, 0x26f1],
  [0x26f4, 0x26f4],
  [0x26f7, 0x26f9],
  [0x2702, 0x2702],
  [0x2708, 0x2709],
  [0x270c, 0x270d],
  [0x270f, 0x270f],
  [0x2712, 0x2712],
  [0x2714, 0x2714],
  [0x2716, 0x2716],
  [0x271d, 0x271d],
  [0x2721, 0x2721],
  [0x2733, 0x2734],
  [0x2744, 0x2744],
  [0x2747, 0x2747],
  [0x2763, 0x2764],
  [0x27a1, 0x27a1],
  [0x2934, 0x2935],
  [0x2b05, 0x2b07],
]
const WIDE_PICTOGRAPHS: readonly [number, number][] = [
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x23f0, 0x23f0],
  [0x23f3, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x2693, 0x2693],
  [0x26a1, 0x26a1],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x26ce, 0x26ce],
  [0x26d4, 0x26d4],
  [0x26ea, 0x26ea],
  [0x26f2, 0x26f3],
  [0x26f5, 0x26f5],
  [0x26fa, 0x26fa],
  [0x26fd, 0x26fd],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x274e, 0x274e],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2795, 0x2797],
  [0x27b0, 0x27b0],
  [0x27bf, 0x27bf],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2b55, 0x2b55],
  [0x3030, 0x3030],
  [0x303d, 0x303d],
  [0x3297, 0x3297],
  [0x3299, 0x3299],
]

/** The width of each UTF-16 unit where it is certain, else 0: surrogates, marks, emoji, disputed signs. */
const CERTAIN_WIDTHS = certainWidths()
/** The same with the pictographs, whose width is certain only for Ink. 0: what depends on its neighbours. */
const KNOWN_WIDTHS = knownWidths()

function certainWidths(): Uint8Array {
  const widths = new Uint8Array(0x10000)
  fill(widths, 1, CERTAIN_NARROW)
  fill(widths, 2, CERTAIN_WIDE)
  fill(widths, 0, NARROW_PICTOGRAPHS)
  fill(widths, 0, WIDE_PICTOGRAPHS)
  return widths
}

function knownWidths(): Uint8Array {
  const widths = CERTAIN_WIDTHS.slice()
  fill(widths, 1, NARROW_PICTOGRAPHS)
  fill(widths, 2, WIDE_PICTOGRAPHS)
  return widths
}

function fill(widths: Uint8Array, width: number, ranges: readonly [number, number][]): void {
  for (const [first, last] of ranges) widths.fill(width, first, last + 1)
}

/** Where the run of known characters from `index` on ends; the last one before an unknown one is left to it. */
function endOfKnown(text: string, index: number): number {
  let end = index
  while (end < text.length && KNOWN_WIDTHS[text.charCodeAt(end)] !== 0) end++
  return end === text.length || end === index ? end : end - 1
}

/** Where a stretch ends that is to be segmented: between two known characters, which never belong together. */
function endOfUnknown(text: string, index: number): number {
  let end = index + 1
  while (end < text.length) {
    const both = KNOWN_WIDTHS[text.charCodeAt(end - 1)] !== 0 && KNOWN_WIDTHS[text.charCodeAt(end)] !== 0
    if (both) break
    end++
  }
  return end
}
