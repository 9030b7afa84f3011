/**
 * What is missing at the end of what was followed: a terminal that is let go of at once may take its last lines along.
 * @param output the last lines, none blank
 * @param shown lines that were printed already, from the first
 */
export function unshownLines(output: string, shown: readonly string[]): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const before = shown.filter((line) => line.trim() !== '').map((line) => line.trimEnd())
  for (let overlap = Math.min(lines.length, before.length); overlap > 0; overlap--) {
    const end = before.slice(-overlap)
    if (end.every((line, at) => line === lines[at]!.trimEnd())) return lines.slice(overlap)
  }
  // Long lines are rows when they are followed: then at least what is whole is not printed twice.
  const squeezed = (texts: readonly string[]) => texts.join('').replace(/\s/g, '')
  return before.length > 0 && squeezed(before).endsWith(squeezed(lines)) ? [] : lines
}
