import { clearLine, cursorTo } from 'node:readline'
import { createInterface, type Interface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { withTraceback } from '../../lua/console/traceback.ts'
import type { LuaOutcome, LuaOutput } from '../../protocol/messages/lua.ts'
import type { Console } from './console.ts'
import { type History, MOST_LINES } from './history.ts'

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
  #readline: Interface | undefined
  #isPrompting = false
  #wake: () => void = () => undefined
  #isClosed = false
  #wasInterrupted = false

  constructor(options: ReplOptions) {
    this.#options = options
  }

  /** To be given everything that is printed, also while somebody types: it goes above the line they are at. */
  print({ text }: LuaOutput): void {
    this.#aboveTheLine(() => this.#options.output.write(text))
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
    this.#readline = readline
    readline.on('line', (line) => this.#hear(() => this.#lines.push(line)))
    readline.on('close', () => this.#hear(() => (this.#isClosed = true)))
    readline.on('SIGINT', () => {
      if (this.#isPrompting) this.#hear(() => (this.#wasInterrupted = true))
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
      this.#show(outcome)
    }
  }

  /** The next line that was typed, perhaps while the last one ran. */
  async #nextLine(prompt: string): Promise<{ text: string } | 'closed' | 'interrupted'> {
    const readline = this.#readline!
    if (this.#lines.length === 0 && !this.#isClosed) {
      readline.setPrompt(prompt)
      readline.prompt()
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

  #hear(change: () => void): void {
    change()
    this.#wake()
  }

  #show(outcome: Exclude<LuaOutcome, { kind: 'incomplete' | 'exited' }>): void {
    const { output } = this.#options
    switch (outcome.kind) {
      case 'done':
        if (outcome.text !== undefined) output.write(Buffer.concat([Buffer.from(outcome.text), Buffer.from('\n')]))
        break
      case 'failed':
        output.write(`${withTraceback(outcome)}\n`)
        break
    }
  }

  #aboveTheLine(write: () => void): void {
    if (!this.#isPrompting) {
      write()
      return
    }
    const { output } = this.#options
    clearLine(output, 0)
    cursorTo(output, 0)
    write()
    this.#readline!.prompt(true)
  }
}
