const BEGIN = Buffer.from('\x1b[200~')
const END = Buffer.from('\x1b[201~')
const LAST = END[END.length - 1]

/** Pasted text in brackets (DECSET 2004), an end bracket within it removed, since what follows would count as typed. */
export function inBrackets(text: Uint8Array): Uint8Array {
  return Buffer.concat([BEGIN, withoutEnd(text), END])
}

/** Removing one may make another out of what stood around it, which is why the end of the result is looked at. */
function withoutEnd(text: Uint8Array): Uint8Array {
  const result = new Uint8Array(text.length)
  let length = 0
  for (const byte of text) {
    result[length++] = byte
    if (byte === LAST && endsWithEnd(result, length)) length -= END.length
  }
  return result.subarray(0, length)
}

function endsWithEnd(bytes: Uint8Array, length: number): boolean {
  const start = length - END.length
  return start >= 0 && END.every((byte, index) => bytes[start + index] === byte)
}
