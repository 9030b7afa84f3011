/** Characters: databases take 63, and their names get prefixes and suffixes. */
const MAX_LENGTH = 40
/** Digits of the agent's id that tell apart what is called the same in two checkouts. */
const ID_DIGITS = 4

/**
 * A name that is good everywhere (databases, compose projects, host names without their `_`): small letters, digits and
 * `_`, a letter first. The same for an agent's whole life, and nobody else's.
 */
export function slugOf(key: string, id: string): string {
  const words = key
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
  const readable = words.slice(0, MAX_LENGTH - ID_DIGITS - 1).replace(/_+$/, '') || 'agent'
  return `${readable}_${id.slice(0, ID_DIGITS)}`
}
