import { CELL_SIZE, COLOR_RGB } from '../screen/cell.ts'
import { Grid } from '../screen/grid.ts'

interface Size {
  readonly cols: number
  readonly rows: number
}

/** Rows of words of lower-case letters, blank at the end; another `seed` makes every row another one. */
export function textGrid({ cols, rows }: Size, seed: number): Grid {
  const grid = new Grid(cols, rows)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < cols - 20; x++) {
      grid.cells[(y * cols + x) * CELL_SIZE] = (x + y) % 7 === 0 ? 0x20 : 0x61 + ((x * 7 + y * 3 + seed) % 26)
    }
  }
  return grid
}

/** Every cell in its own foreground and background. */
export function denseGrid({ cols, rows }: Size, seed: number): Grid {
  const grid = new Grid(cols, rows)
  for (let index = 0; index < cols * rows; index++) {
    const at = index * CELL_SIZE
    grid.cells[at] = 0x21 + ((index + seed) % 90)
    grid.cells[at + 1] = COLOR_RGB | ((index * 7919 + seed) & 0xffffff)
    grid.cells[at + 2] = COLOR_RGB | ((index * 104729 + seed) & 0xffffff)
  }
  return grid
}
