/**
 * Texts that stand nowhere else, so that they are found in a raw stream: a painter that writes only what differs must
 * write all of them. Letters one cell wide about whose width terminals agree.
 */

const ECHO_FIRST = 0x1401 // Canadian syllabics, 600 of them
const ECHO_COUNT = 600
const MARKER_FIRST = 0x13a0 // Cherokee, 80 letters
const MARKER_COUNT = 80

/** Another character with each call; the same comes back after 600, when it has long left the screen. */
export function echoCharacters(): () => string {
  let number = 0
  return () => String.fromCodePoint(ECHO_FIRST + (number++ % ECHO_COUNT))
}

/** Three letters for a number; neighbouring numbers have none in common in the same place. */
export function marker(number: number): string {
  return String.fromCodePoint(...[7, 11, 13].map((step) => MARKER_FIRST + ((number * step) % MARKER_COUNT)))
}

/** A shell word that prints the text without containing it: "printf '\341\216\240'". */
export function printing(text: string): string {
  const octal = [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
  return `printf '${octal.join('')}'`
}
