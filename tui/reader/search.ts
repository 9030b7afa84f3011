import type { Params, Result } from '../../protocol/definition.ts'
import type { PtyhostProtocol } from '../../protocol/messages/ptyhost.ts'
import type { Position } from '../../screen/logical-line.ts'
import { MatchList } from './match-list.ts'
import { comparePlaces } from './place.ts'
import { whyNoText } from './why-no-text.ts'

/** Matches looked for at once; when a person goes beyond them, the search goes on. */
const MAX_MATCHES = 100_000
/** Milliseconds between two looks at what was printed meanwhile. */
const REFRESH_MS = 150
/** Of what was never answered. */
const NO_EPOCH = -1

export type SearchRequest = Omit<Params<PtyhostProtocol, 'search'>, 'session'>
export type SearchAnswer = Result<PtyhostProtocol, 'search'>

export interface SearchParts {
  /** Asks the ptyhost; undefined without a connection. @throws Error whose message is for the user */
  readonly ask: (request: SearchRequest) => Promise<SearchAnswer | undefined>
  /** Which lines there are now. */
  readonly lines: () => { readonly epoch: number; readonly bottom: number; readonly end: number }
  /** More was found, or another match is the current one. */
  readonly onChange: () => void
}

/**
 * A search through everything a terminal holds: asks the ptyhost slice by slice from the bottom up, knows which match is
 * the current one, and looks again at what changes on the screen.
 */
export class Search implements Disposable {
  readonly #parts: SearchParts
  readonly matches = new MatchList()
  #pattern = ''
  #query: Pick<SearchRequest, 'pattern' | 'regex' | 'caseSensitive'> | undefined
  #backward = false
  #error: string | undefined
  #epoch = 0
  /** All lines from here on were searched. */
  #frontier = 0
  #complete = false
  /** Searching goes on until there are so many matches. */
  #wanted = 0
  /** Lines before this one were history when they were searched: they cannot change any more. */
  #settled = 0
  #current: Position | undefined
  /** From here the next match is looked for, as soon as enough was searched to know it. */
  #seeking: { readonly from: Position; readonly backward: boolean } | undefined
  /** Grows with every search: answers to earlier ones are dropped. */
  #generation = 0
  #asking = false
  #refresh: NodeJS.Timeout | undefined

  constructor(parts: SearchParts) {
    this.#parts = parts
  }

  get pattern(): string {
    return this.#pattern
  }

  get active(): boolean {
    return this.#query !== undefined
  }

  /** Direction in which it began. */
  get backward(): boolean {
    return this.#backward
  }

  /** What is wrong. */
  get error(): string | undefined {
    return this.#error
  }

  /** Whether everything was searched. */
  get complete(): boolean {
    return this.#complete
  }

  /** Where the current match begins. */
  get current(): Position | undefined {
    return this.#current
  }

  /** Which of the matches is the current one. */
  get currentIndex(): number | undefined {
    if (this.#current === undefined) return undefined
    const index = this.matches.firstAfter({ line: this.#current.line, column: this.#current.column - 1 })
    return index < this.matches.count && comparePlaces(this.matches.start(index), this.#current) === 0
      ? index
      : undefined
  }

  /** Looks for a pattern; the match nearest to `from` in the direction becomes the current one. '' looks for nothing. */
  start(pattern: string, backward: boolean, from: Position): void {
    this.clear()
    this.#pattern = pattern
    this.#backward = backward
    if (pattern === '') return
    this.#query = readPattern(pattern)
    this.#begin()
    this.#seeking = { from, backward }
    this.#goOn()
  }

  /** Goes to the next match in the direction of the search, or against it. */
  step(against: boolean, from: Position): void {
    if (this.#query === undefined) return
    this.#seeking = { from, backward: this.#backward !== against }
    this.#resolve()
  }

  /** The screen changed. */
  follow(): void {
    if (this.#query === undefined) return
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined
      this.#lookAgain()
    }, REFRESH_MS)
  }

  /** Forgets matches; the pattern stays known. */
  clear(): void {
    this.#generation++
    this.#asking = false
    clearTimeout(this.#refresh)
    this.#refresh = undefined
    this.matches.clear()
    this.#query = this.#error = this.#current = this.#seeking = undefined
    this.#complete = false
  }

  [Symbol.dispose](): void {
    this.clear()
  }

  #begin(): void {
    const { epoch, bottom, end } = this.#parts.lines()
    this.#generation++
    this.#asking = false
    this.matches.clear()
    this.#epoch = epoch
    this.#frontier = end
    this.#settled = bottom
    this.#complete = false
    this.#wanted = MAX_MATCHES
  }

  /** Searches upward from the frontier. */
  #goOn(): void {
    if (this.#asking || this.#complete) return
    this.#asking = true
    this.#ask({ until: this.#frontier }, (answer) => {
      this.#asking = false
      this.matches.prepend(answer.matches)
      this.#frontier = answer.next
      this.#complete = !answer.more
      if (this.matches.count < this.#wanted) this.#goOn()
      this.#resolve()
      this.#parts.onChange()
    })
  }

  /** Searches what was on the screen, or came onto it, since the last time. */
  #lookAgain(): void {
    const { epoch, bottom } = this.#parts.lines()
    if (epoch !== this.#epoch) return this.#startOver()
    if (this.#asking) return this.follow()
    const found = new MatchList()
    const from = this.#settled
    const page = (until: number | undefined) => {
      this.#ask({ from, until }, (answer) => {
        found.prepend(answer.matches)
        if (answer.more) return page(answer.next)
        this.matches.cutFrom(answer.next)
        this.matches.append(found.cutFrom(0))
        this.#settled = Math.max(this.#settled, bottom)
        this.#resolve()
        this.#parts.onChange()
      })
    }
    page(undefined)
  }

  #forgetAnswers(): void {
    this.#asking = false
    this.#epoch = NO_EPOCH
  }

  /** Lines have other numbers now: what was current is not known any more. */
  #startOver(): void {
    this.#begin()
    this.#current = this.#seeking = undefined
    this.#goOn()
  }

  #ask(range: Pick<SearchRequest, 'from' | 'until'>, take: (answer: SearchAnswer) => void): void {
    if (this.#query === undefined) return
    const generation = this.#generation
    const answered = (answer: SearchAnswer | undefined) => {
      if (generation !== this.#generation) return
      if (answer === undefined) return this.#forgetAnswers() // no connection: the next frame begins anew
      if (answer.epoch !== this.#epoch)
        this.follow() // the frame that says so is on its way
      else take(answer)
    }
    const failed = (error: unknown) => {
      if (generation !== this.#generation) return
      this.#error = whyNoText(error)
      this.#complete = true
      this.#parts.onChange()
    }
    this.#parts.ask({ epoch: this.#epoch, ...this.#query, ...range }).then(answered, failed)
  }

  /** Finds the match that is sought, if enough was searched to know it. At the end it goes round. */
  #resolve(): void {
    const seeking = this.#seeking
    if (seeking === undefined) return
    const { from, backward } = seeking
    const after = this.matches.firstAfter(from)
    if (!backward && this.#frontier > from.line && !this.#complete) return this.#goOn()
    let index = backward ? this.#firstBefore(from, after) : after
    if (index < 0 || index >= this.matches.count) {
      if (!this.#complete) {
        this.#wanted = this.matches.count + MAX_MATCHES
        return this.#goOn()
      }
      index = backward ? this.matches.count - 1 : 0
    }
    this.#seeking = undefined
    if (this.matches.count === 0) return
    this.#current = this.matches.start(index)
    this.#parts.onChange()
  }

  /** Index of the last match that begins before a place; -1 when there is none. `after`: that of the first after it. */
  #firstBefore(from: Position, after: number): number {
    const index = after - 1
    return index >= 0 && comparePlaces(this.matches.start(index), from) === 0 ? index - 1 : index
  }
}

/**
 * What a typed pattern means: an expression, or, if it is none, the text itself; capital letters make it case
 * sensitive (those of escapes such as \S do not).
 */
function readPattern(pattern: string): Required<Pick<SearchRequest, 'pattern' | 'regex' | 'caseSensitive'>> {
  const caseSensitive = /\p{Lu}/u.test(pattern.replace(/\\./gu, ''))
  try {
    new RegExp(pattern)
    return { pattern, regex: true, caseSensitive }
  } catch {
    return { pattern, regex: false, caseSensitive: /\p{Lu}/u.test(pattern) }
  }
}
