/** One line or several of text with a cursor, edited a grapheme cluster at a time. */
export class TextField {
  #characters: string[] = []
  /** Clusters before the cursor. */
  #cursor = 0
  /** Made with the first field and not with the program: it takes 10 ms. */
  readonly #graphemes = new Intl.Segmenter()

  get value(): string {
    return this.#characters.join('')
  }

  get cursor(): number {
    return this.#cursor
  }

  /** Replaces everything and puts the cursor at the end. */
  set(value: string): void {
    this.#characters = this.#split(value)
    this.#cursor = this.#characters.length
  }

  insert(text: string): void {
    const inserted = this.#split(text)
    const before = this.#characters.slice(0, this.#cursor)
    const after = this.#characters.slice(this.#cursor)
    // Joined and split anew: a combining mark becomes one with what stands before it.
    const head = this.#split([...before, ...inserted].join(''))
    this.#characters = [...head, ...after]
    this.#cursor = head.length
  }

  backspace(): void {
    if (this.#cursor === 0) return
    this.#characters.splice(--this.#cursor, 1)
  }

  delete(): void {
    this.#characters.splice(this.#cursor, 1)
  }

  deleteWordBefore(): void {
    const from = this.#wordStart()
    this.#characters.splice(from, this.#cursor - from)
    this.#cursor = from
  }

  clear(): void {
    this.set('')
  }

  left(): void {
    this.#cursor = Math.max(0, this.#cursor - 1)
  }

  right(): void {
    this.#cursor = Math.min(this.#characters.length, this.#cursor + 1)
  }

  wordLeft(): void {
    this.#cursor = this.#wordStart()
  }

  wordRight(): void {
    let place = this.#cursor
    while (place < this.#characters.length && isBlank(this.#characters[place]!)) place++
    while (place < this.#characters.length && !isBlank(this.#characters[place]!)) place++
    this.#cursor = place
  }

  /** To the start of the line the cursor is in. */
  home(): void {
    while (this.#cursor > 0 && this.#characters[this.#cursor - 1] !== '\n') this.#cursor--
  }

  /** To the end of the line the cursor is in. */
  end(): void {
    while (this.#cursor < this.#characters.length && this.#characters[this.#cursor] !== '\n') this.#cursor++
  }

  /** A line up. @returns false in the first line */
  up(): boolean {
    const column = this.#column()
    this.home()
    if (this.#cursor === 0) {
      this.#cursor = column
      return false
    }
    this.#cursor--
    this.home()
    this.#toColumn(column)
    return true
  }

  /** A line down. @returns false in the last line */
  down(): boolean {
    const column = this.#column()
    const before = this.#cursor
    this.end()
    if (this.#cursor === this.#characters.length) {
      this.#cursor = before
      return false
    }
    this.#cursor++
    this.#toColumn(column)
    return true
  }

  /** Clusters; \r\n and \r count as \n, a tab as a space; other control characters are left out. */
  #split(text: string): string[] {
    const clean = text
      .replace(/\r\n?/g, '\n')
      .replaceAll('\t', ' ')
      .replace(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, '')
    return Array.from(this.#graphemes.segment(clean), ({ segment }) => segment)
  }

  #wordStart(): number {
    let place = this.#cursor
    while (place > 0 && isBlank(this.#characters[place - 1]!)) place--
    while (place > 0 && !isBlank(this.#characters[place - 1]!)) place--
    return place
  }

  #column(): number {
    const cursor = this.#cursor
    this.home()
    const start = this.#cursor
    this.#cursor = cursor
    return cursor - start
  }

  #toColumn(column: number): void {
    for (let moved = 0; moved < column; moved++) {
      if (this.#cursor >= this.#characters.length || this.#characters[this.#cursor] === '\n') return
      this.#cursor++
    }
  }
}

function isBlank(character: string): boolean {
  return /^\s/.test(character)
}
