/** What a column keeps at least, however narrow the terminal. */
const LEAST_CELLS = 8
/** What a path keeps before another column gives way: keys and names are typed, paths are looked up. */
const LEAST_PATH_CELLS = 16

/**
 * Columns two spaces apart, as wide as their widest cell on screen; the last one is left ragged.
 *
 * @param most cells a row may take, as `process.stdout.columns` has them: paths and the widest columns give way, with an
 *   ellipsis where something was cut. Absent (a pipe, a file), nothing is cut.
 */
export async function formatTable(rows: readonly (readonly string[])[], most?: number): Promise<string[]> {
  const widths = await Promise.all(rows.map((row) => Promise.all(row.map(width))))
  const columns = (widths[0] ?? []).map((_, column) => Math.max(...widths.map((row) => row[column] ?? 0)))
  if (most !== undefined && lengthOf(columns) > most) {
    const narrow = narrowed(columns, most, pathColumns(rows))
    return formatTable(await Promise.all(rows.map((row) => cutRow(row, narrow))))
  }
  return rows.map((row, line) =>
    row
      .map((cell, column) => cell + ' '.repeat(columns[column]! - widths[line]![column]!))
      .join('  ')
      .trimEnd(),
  )
}

function lengthOf(columns: readonly number[]): number {
  return columns.reduce((sum, column) => sum + column, 0) + 2 * (columns.length - 1)
}

/** Takes from the paths and then from the widest column, a cell at a time, until all fit or none can give more. */
function narrowed(columns: readonly number[], most: number, paths: ReadonlySet<number>): number[] {
  const narrow = [...columns]
  for (let excess = lengthOf(narrow) - most; excess > 0; excess--) {
    const path = narrow.findIndex((width, column) => paths.has(column) && width > LEAST_PATH_CELLS)
    const widest = path < 0 ? narrow.lastIndexOf(Math.max(...narrow)) : path
    if (narrow[widest]! <= LEAST_CELLS) break
    narrow[widest]!--
  }
  return narrow
}

function pathColumns(rows: readonly (readonly string[])[]): Set<number> {
  return new Set(rows.flatMap((row) => row.flatMap((cell, column) => (isPath(cell) ? [column] : []))))
}

function isPath(cell: string): boolean {
  return /^[/~]/.test(cell)
}

/** A path keeps its end, which tells it from the others; all else its beginning. */
async function cutRow(row: readonly string[], columns: readonly number[]): Promise<string[]> {
  const { default: truncate } = await import('cli-truncate')
  return row.map((cell, column) => {
    return truncate(cell, columns[column]!, { position: isPath(cell) ? 'start' : 'end' })
  })
}

/** Cells a text takes. The library is loaded for what is not ASCII only: it costs 20 ms, a fifth of the command. */
async function width(text: string): Promise<number> {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  const { default: stringWidth } = await import('string-width')
  return stringWidth(text)
}
