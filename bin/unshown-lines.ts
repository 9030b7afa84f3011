/**
 * What is missing at the end of what was followed: a terminal that is let go of at once may take its last lines along.
 * @param output the last lines
 * @param shown what was printed already, from the first line on: rows, of which a long line has several
 */
export function unshownLines(output: string, shown: readonly string[]): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const before = squeezed(shown)
  let known = lines.length
  while (!before.endsWith(squeezed(lines.slice(0, known)))) known--
  return lines.slice(known)
}

function squeezed(texts: readonly string[]): string {
  return texts.join('').replace(/\s/g, '')
}
