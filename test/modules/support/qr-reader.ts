import { createRequire } from 'node:module'

type Jsqr = typeof import('jsqr').default
const jsqr: Jsqr = createRequire(import.meta.url)('jsqr')

/** Pixels a module gets: scanners want a few. */
const SCALE = 4

/** Reads a QR code as a camera would that looks at a terminal with light text on dark ground; undefined for none. */
export function decodeQr(lines: readonly string[]): string | undefined {
  const rows = lines.flatMap((line) => [
    [...line].map((char) => char === '█' || char === '▀'),
    [...line].map((char) => char === '█' || char === '▄'),
  ])
  const width = rows[0]!.length * SCALE
  const height = rows.length * SCALE
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isLight = rows[Math.floor(y / SCALE)]![Math.floor(x / SCALE)]
      pixels.fill(isLight ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  }
  return jsqr(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data
}
