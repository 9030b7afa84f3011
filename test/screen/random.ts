import { CELL_SIZE, CLUSTER, SPACER, WIDE } from '../../screen/cell.ts'
import { Grid } from '../../screen/grid.ts'

/** Repeatable random numbers (mulberry32), so that a failing case can be run again by its seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }
}

const NARROW = [...'abcXYZ019 .,-_│─é€ßλЖ\u00a0█']
const WIDE_GLYPHS = [...'漢字한글😀🚀ｗ']
const NARROW_CLUSTERS = ['e\u0301', 'a\u0308\u0301', 'n\u0303']
const WIDE_CLUSTERS = ['👨‍👩‍👧‍👦', '🇩🇪', '👍🏽', '❤️', '1️⃣', '漢\u0301']

/** Any style: mostly the default one, as on a real screen. */
export function randomStyle(random: Random): [number, number, number, number, number] {
  if (random.chance(0.4)) return [0, 0, 0, 0, 0]
  const underline = random.chance(0.3) ? random.below(6) : 0
  return [
    randomColor(random),
    random.chance(0.5) ? 0 : randomColor(random),
    (random.chance(0.5) ? 0 : random.below(256)) | (underline << 8),
    underline && random.chance(0.5) ? randomColor(random) : 0,
    random.chance(0.1) ? 1 + random.below(3) : 0,
  ]
}

function randomColor(random: Random): number {
  const kind = random.below(3)
  if (kind === 0) return 0
  return kind === 1 ? ((1 << 24) | random.below(256)) >>> 0 : ((2 << 24) | random.below(1 << 24)) >>> 0
}

/** Draws a random glyph in a random style at (x, y), with its spacer, and mends the halves of what it covers. */
export function randomCell(random: Random, grid: Grid, x: number, y: number): void {
  const style = randomStyle(random)
  const kind = random.below(10)
  let text = ''
  let wide = false
  if (kind < 6) text = random.pick(NARROW)
  else if (kind === 6) text = random.pick(NARROW_CLUSTERS)
  else if (kind === 7) [text, wide] = [random.pick(WIDE_GLYPHS), true]
  else if (kind === 8) [text, wide] = [random.pick(WIDE_CLUSTERS), true]
  if (wide && x === grid.cols - 1) [text, wide] = ['w', false]
  const patch = new Grid(wide ? 2 : 1, 1)
  const codePoints = [...text]
  const cluster = codePoints.length > 1 ? CLUSTER : 0
  if (cluster) patch.clusters.set(0, text)
  patch.cells.set([(text.codePointAt(0) ?? 0) | cluster | (wide ? WIDE : 0), ...style])
  if (wide) patch.cells.set([SPACER, ...style], CELL_SIZE)
  grid.blit(patch, { x: 0, y: 0, cols: patch.cols, rows: 1 }, x, y)
}

/** A grid filled with random cells and links 1 to 3. */
export function randomGrid(random: Random, cols: number, rows: number, density = 0.7): Grid {
  const grid = new Grid(cols, rows)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < cols; x++) if (random.chance(density)) randomCell(random, grid, x, y)
    grid.wrapped[y] = random.chance(0.2) ? 1 : 0
  }
  for (let id = 1; id <= 3; id++) grid.links.set(id, `https://example.org/${id}`)
  return grid
}
