import { inBrackets } from '../screen/bracketed-paste.ts'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * Pasted text as a terminal sends it to a program: in brackets when the program asked for them (DECSET 2004), an end
 * bracket within it removed, since what follows would count as typed. Without brackets line ends are Enter.
 */
export function encodePaste(text: Uint8Array, bracketed: boolean): Uint8Array {
  return bracketed ? inBrackets(text) : withEnters(text)
}

function withEnters(text: Uint8Array): Uint8Array {
  const result = new Uint8Array(text.length)
  let length = 0
  for (let index = 0; index < text.length; index++) {
    const byte = text[index]!
    if (byte === LINE_FEED && text[index - 1] === CARRIAGE_RETURN) continue
    result[length++] = byte === LINE_FEED ? CARRIAGE_RETURN : byte
  }
  return result.subarray(0, length)
}
