/**
 * The sequence that starts a hyperlink, or ends one when there is no address (OSC 8). Cells with the same id belong to
 * one link. Only printable ASCII may stand in an address: an escape in it would end the sequence and begin another.
 */
export function linkSequence(address: string | undefined, id?: number): string {
  if (!address) return '\x1b]8;;\x1b\\'
  const safe = address.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent)
  return `\x1b]8;${id === undefined ? '' : `id=${id}`};${safe}\x1b\\`
}
