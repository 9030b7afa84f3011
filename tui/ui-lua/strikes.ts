/** Times a function may fail in a row before it is switched off. */
const ALLOWED = 2

interface Strike {
  count: number
  /** Label of the file at fault, or what the function belongs to. */
  file: string
}

/**
 * Counts the failures of the UI's functions. After the second in a row a function is off, and stays off until the file
 * at fault changes: a loop that costs its whole budget at every key would make the terminal unusable.
 */
export class Strikes {
  readonly #strikes = new Map<string, Strike>()

  isOff(name: string): boolean {
    return (this.#strikes.get(name)?.count ?? 0) >= ALLOWED
  }

  /** @returns whether this failure switched it off. */
  add(name: string, file: string): boolean {
    const count = (this.#strikes.get(name)?.count ?? 0) + 1
    this.#strikes.set(name, { count, file })
    return count === ALLOWED
  }

  /** It ran well: failures count only in a row. */
  forgive(name: string): void {
    if (this.#strikes.size > 0) this.#strikes.delete(name)
  }

  /** `files` changed: what failed because of them may try again. */
  filesChanged(files: readonly string[]): void {
    for (const [name, { file }] of this.#strikes) {
      if (file === '' || files.includes(file)) this.#strikes.delete(name)
    }
  }
}
