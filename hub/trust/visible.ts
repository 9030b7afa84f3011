/**
 * What a reader would not see, or would see elsewhere than it stands: controls (escape sequences begin with one), marks
 * that turn the direction of writing, characters without width, unusual blanks and line ends, what has no meaning.
 */
const HIDDEN = /(?![\t\n ])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu

/**
 * A text with everything hidden in it spelled out (`\u{202e}`), so that what is read is what would run. Tabs, line feeds
 * and plain blanks stay.
 */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}

/** A path on one line, quoted like the above. */
export function visiblePath(path: string): string {
  return visibleText(path).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}
