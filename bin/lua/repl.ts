import { clearScreenDown, cursorTo, moveCursor } from 'node:readline'
import { createInterface, type Interface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { withTraceback } from '../../lua/console/traceback.ts'
import type { LuaOutcome, LuaOutput } from '../../protocol/messages/lua.ts'
import type { Console } from './console.ts'
import { type History, MOST_LINES } from './history.ts'
import { hintFor } from './run-script.ts'

const PROMPT = '> '
/** Shown when the lines so far are the beginning of something. */
const MORE = '>> '

export interface ReplOptions {
  readonly input: Readable
  readonly output: Writable
  readonly history: History
  readonly cwd: string
  /** Milliseconds that each input may take. @default no limit */
  readonly timeoutMs?: number
}

/** Reads Lua line by line, runs it, shows what comes of it, until the end of the input. */
export class Repl {
  readonly #options: ReplOptions
  readonly #lines: string[] = []
  #readline: Drawn | undefined
  #isPrompting = false
  #wake: () => void = () => undefined
  #isClosed = false
  #wasInterrupted = false
  /** Whether what was written last did not end its line. */
  #isWithinLine = false

  constructor(options: ReplOptions) {
    this.#options = options
  }

  /** To be given everything that is printed, also while somebody types: it goes above the line they are at. */
  print({ text }: LuaOutput): void {
    this.#aboveTheLine(text)
  }

  /** @returns the exit code */
  async run(console: Console): Promise<number> {
    const { input, output, history } = this.#options
    const readline = createInterface({
      input,
      output,
      terminal: true,
      history: history.lines.toReversed(),
      historySize: MOST_LINES,
      removeHistoryDuplicates: true,
      completer: async (line: string): Promise<[string[], string]> => {
        const { word, candidates } = await console.complete(line)
        return [candidates, word]
      },
    })
    this.#readline = readline as Drawn
    readline.on('line', (line) => this.#hear(() => this.#lines.push(line)))
    readline.on('close', () => this.#hear(() => (this.#isClosed = true)))
    readline.on('SIGINT', () => {
      if (this.#isPrompting) this.#hear(() => this.#interrupt())
      else console.cancel()
    })
    try {
      return await this.#converse(console)
    } finally {
      readline.close()
    }
  }

  async #converse(console: Console): Promise<number> {
    const { output, history, cwd, timeoutMs } = this.#options
    let source = ''
    for (;;) {
      const line = await this.#nextLine(source === '' ? PROMPT : MORE)
      if (line === 'closed') {
        output.write('\n')
        return 0
      }
      if (line === 'interrupted') {
        source = ''
        continue
      }
      history.add(line.text)
      source = source === '' ? line.text : `${source}\n${line.text}`
      const outcome = await console.run({ source, chunkName: 'stdin', cwd, show: 'quoted', timeoutMs })
      if (outcome.kind === 'incomplete') continue
      if (outcome.kind === 'exited') return outcome.code
      source = ''
      this.#show(outcome, console)
    }
  }

  /** The next line that was typed, perhaps while the last one ran. */
  async #nextLine(prompt: string): Promise<{ text: string } | 'closed' | 'interrupted'> {
    const readline = this.#readline!
    if (this.#lines.length === 0 && !this.#isClosed) {
      // The prompt is drawn from the beginning of the line on.
      if (this.#isWithinLine) this.#options.output.write('\n')
      this.#isWithinLine = false
      readline.setPrompt(prompt)
      // What was typed meanwhile stays, with the cursor where it is.
      readline.prompt(true)
      this.#isPrompting = true
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#isPrompting = false
    }
    if (this.#wasInterrupted) {
      this.#wasInterrupted = false
      this.#options.output.write('^C\n')
      // To the end of the line, and then all of it away.
      readline.write(null, { ctrl: true, name: 'e' })
      readline.write(null, { ctrl: true, name: 'u' })
      return 'interrupted'
    }
    const text = this.#lines.shift()
    return text === undefined ? 'closed' : { text }
  }

  /** Also lines that came together with it. */
  #interrupt(): void {
    this.#lines.length = 0
    this.#wasInterrupted = true
  }

  #hear(change: () => void): void {
    change()
    this.#wake()
  }

  #show(outcome: Exclude<LuaOutcome, { kind: 'incomplete' | 'exited' }>, console: Console): void {
    if (this.#isWithinLine) this.#aboveTheLine('\n')
    switch (outcome.kind) {
      case 'done':
        if (outcome.text !== undefined)
          this.#aboveTheLine(Buffer.concat([Buffer.from(outcome.text), Buffer.from('\n')]))
        break
      case 'failed': {
        const hint = hintFor(outcome, console)
        this.#aboveTheLine(`${withTraceback(outcome)}\n${hint === undefined ? '' : `(${hint})\n`}`)
        break
      }
    }
  }

  /** Takes away what is typed, also ahead of the prompt, and draws it again below the text once there is a prompt. */
  #aboveTheLine(text: string | Uint8Array): void {
    const { output } = this.#options
    const readline = this.#readline
    const isDrawn = readline !== undefined && (this.#isPrompting || readline.line !== '')
    if (isDrawn) {
      moveCursor(output, 0, -readline.getCursorPos().rows)
      cursorTo(output, 0)
      clearScreenDown(output)
      readline.prevRows = 0
    }
    output.write(text)
    this.#isWithinLine = text.length > 0 && text.at(-1) !== '\n' && text.at(-1) !== NEWLINE
    if (!isDrawn || !this.#isPrompting) return
    if (this.#isWithinLine) output.write('\n')
    this.#isWithinLine = false
    readline.prompt(true)
  }
}

const NEWLINE = 10

/** Node redraws a line of several rows from its first one, which it takes to be so many rows above the cursor. */
type Drawn = Interface & { prevRows: number }
