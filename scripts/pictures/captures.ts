import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Where the pictures of the documentation are. */
export const PICTURES = join(import.meta.dirname, '../../docs/pictures')

export interface Capture {
  readonly name: string
  /** Path of the text with its colours. */
  readonly capture: string
  /** Path of the PNG. */
  readonly picture: string
}

/** Every capture there is, by name. */
export function captures(): Capture[] {
  return readdirSync(PICTURES)
    .filter((file) => file.endsWith('.ansi'))
    .sort()
    .map((file) => {
      const name = basename(file, '.ansi')
      return { name, capture: join(PICTURES, file), picture: join(PICTURES, `${name}.png`) }
    })
}
