/** Types as lua-language-server writes them (https://luals.github.io/wiki/annotations): for checking our stubs. */

export interface ParsedType {
  /** Names that must be defined somewhere. */
  readonly names: readonly string[]
  /** What follows the type on its line. */
  readonly rest: string
}

/** Reads one type from the start of a text. Throws Error that says where it ends too soon or goes wrong. */
export function parseType(text: string): ParsedType {
  const parser = new Parser(text)
  parser.union()
  return { names: parser.names, rest: text.slice(parser.at).trim() }
}

class Parser {
  at = 0
  readonly names: string[] = []
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** `A|B`, each perhaps with `?` or `[]` behind it. */
  union(): void {
    do this.#suffixed()
    while (this.#match(/^ *\|/) !== undefined)
  }

  #suffixed(): void {
    this.#primary()
    while (this.#take('[]') || this.#take('?'));
  }

  #primary(): void {
    this.#space()
    if (this.#take('(')) {
      this.union()
      this.#expect(')')
    } else if (this.#take('{')) this.#fields()
    else if (this.#match(/^"[^"]*"|^'[^']*'|^-?\d+(\.\d+)?/) === undefined) this.#named()
  }

  /** `{ name: type, name?: type, [type]: type }`. */
  #fields(): void {
    this.#space()
    while (!this.#take('}')) {
      if (this.#take('[')) {
        this.union()
        this.#expect(']')
      } else if (this.#match(/^[A-Za-z_]\w*\??/) === undefined) this.#fail('a field')
      this.#expect(':')
      this.union()
      this.#space()
      if (!this.#take(',') && this.#text[this.at] !== '}') this.#fail("',' or '}'")
      this.#space()
    }
  }

  #named(): void {
    const name = this.#match(/^[A-Za-z_][\w.]*\*?/)
    if (name === undefined) this.#fail('a type')
    if (name === 'fun') {
      this.#function()
      return
    }
    this.names.push(name)
    if (!this.#take('<')) return
    do this.union()
    while (this.#take(','))
    this.#expect('>')
  }

  /** `fun(a: A, b?: B, ...: C): R, S`. */
  #function(): void {
    if (!this.#take('(')) return
    this.#space()
    while (!this.#take(')')) {
      if (this.#match(/^(\.\.\.|[A-Za-z_]\w*\??)/) === undefined) this.#fail('an argument')
      if (this.#take(':')) this.union()
      this.#space()
      if (!this.#take(',') && this.#text[this.at] !== ')') this.#fail("',' or ')'")
      this.#space()
    }
    if (!this.#take(':')) return
    this.union()
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.at)) return false
    this.at += token.length
    return true
  }

  #expect(token: string): void {
    this.#space()
    if (!this.#take(token)) this.#fail(`'${token}'`)
  }

  #match(pattern: RegExp): string | undefined {
    const [found] = pattern.exec(this.#text.slice(this.at)) ?? []
    if (found !== undefined) this.at += found.length
    return found
  }

  #space(): void {
    this.#match(/^ +/)
  }

  #fail(wanted: string): never {
    throw new Error(`${wanted} expected at column ${this.at + 1} of '${this.#text}'`)
  }
}
