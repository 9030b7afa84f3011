import type { DataPlane } from '../data/data-plane.ts'
import type { Panel } from '../data/panel.ts'
import type { Panels } from '../data/panels.ts'
import type { Notices } from '../stores/notices.ts'
import type { TerminalOperation } from '../ui-lua/terminal-operations.ts'
import { copyToClipboard } from './clipboard.ts'
import { collectText } from './collect-text.ts'
import { linkAt } from './links.ts'
import { type HistoryProgram, openText } from './open-history.ts'
import { openLink } from './open-link.ts'
import { PAST_END, type SelectedRange } from './selection.ts'
import { whyNoText } from './why-no-text.ts'

export interface TerminalOperationParts {
  readonly panels: Panels
  readonly data: DataPlane
  readonly notices: Notices
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** Sends a sequence that draws nothing to the outer terminal. */
  readonly tell: (sequence: string) => void
  /** Gives the outer terminal to somebody else meanwhile. */
  readonly lend: (use: () => Promise<void>) => Promise<void>
  /** The panel shows other lines now. */
  readonly scrolled: (panel: Panel) => void
}

const RENUMBERED = 'The text was laid out anew meanwhile. Try again.'

/** Carries out what Lua asks for with the text of the focused terminal. */
export class TerminalOperations {
  readonly #parts: TerminalOperationParts

  constructor(parts: TerminalOperationParts) {
    this.#parts = parts
  }

  perform(operation: TerminalOperation): void {
    const panel = this.#parts.panels.focused
    switch (operation.op) {
      case 'copy_mode':
        return panel?.reader.begin()
      case 'search':
        if (operation.pattern === undefined) return panel?.reader.openPrompt(operation.backward)
        return panel?.reader.searchFor(operation.pattern, operation.backward)
      case 'search_accept':
        return panel?.reader.acceptPrompt()
      case 'search_cancel':
        return panel?.reader.cancelPrompt()
      case 'copy_selection':
        return panel && this.#attempt(this.#copySelection(panel))
      case 'copy_text':
        return this.#attempt(this.#copy(operation.text))
      case 'open_link': {
        const url = operation.url ?? (panel && linkAtCursor(panel))
        return url === undefined ? this.#say('There is no link here.') : this.#open(url)
      }
      case 'open_history':
        return panel && this.#attempt(this.#openHistory(panel, operation.program))
      case 'go_to_prompt':
        return panel && this.#attempt(this.#goToPrompt(panel, operation.direction))
    }
  }

  async #copySelection(panel: Panel): Promise<void> {
    const range = panel.reader.selected
    if (range === undefined) return this.#say('Nothing is selected.')
    const text = await this.#text(panel, range)
    if (text === undefined) return this.#say(RENUMBERED)
    if (text !== '') await this.#copy(text)
  }

  async #copy(text: string): Promise<void> {
    const problem = await copyToClipboard(text, this.#parts)
    if (problem !== undefined) return this.#parts.notices.add('warning', `Not copied: ${problem}`, 'copied')
    this.#say(`Copied ${amount(text)}.`)
  }

  #open(url: string): void {
    const { env, platform, notices } = this.#parts
    if (openLink(url, env, platform)) this.#say(`Opening ${url}`)
    else {
      this.#attempt(
        copyToClipboard(url, this.#parts).then(() => notices.add('info', `Copied the address: ${url}`, 'copied')),
      )
    }
  }

  async #openHistory(panel: Panel, program: HistoryProgram): Promise<void> {
    const { first, end } = panel.scrollback
    const from = { line: first, column: 0 }
    const text = await this.#text(panel, { from, to: { line: end - 1, column: PAST_END }, block: false })
    if (text === undefined) return this.#say(RENUMBERED)
    const problem = await openText(text.trimEnd(), program, this.#parts)
    if (problem !== undefined) this.#parts.notices.add('error', problem)
  }

  async #goToPrompt(panel: Panel, direction: 'up' | 'down'): Promise<void> {
    const { data, scrolled } = this.#parts
    const { session, reader, scrollback } = panel
    const from = reader.place?.line ?? scrollback.top
    const answer = await data.ask('prompt', { session, epoch: scrollback.epoch, line: from, direction })
    if (panel.session !== session || answer === undefined || answer.epoch !== scrollback.epoch) return
    const { line } = answer
    if (reader.reading) {
      if (line === undefined) return this.#say(`There is no prompt ${direction === 'up' ? 'above' : 'below'}.`)
      return reader.goTo({ line, column: 0 })
    }
    if (line !== undefined) scrollback.scroll(scrollback.top - line)
    else if (direction === 'down') scrollback.toBottom()
    else return this.#say('There is no prompt above. Shells mark them with OSC 133; see the documentation.')
    scrolled(panel)
  }

  #text({ session, scrollback }: Panel, range: SelectedRange): Promise<string | undefined> {
    return collectText((request) => this.#parts.data.ask('text', { session, ...request }), scrollback.epoch, range)
  }

  /** What fails is said, and nothing more. */
  #attempt(work: Promise<void>): void {
    work.catch((error: unknown) => this.#parts.notices.add('error', whyNoText(error)))
  }

  #say(message: string): void {
    this.#parts.notices.add('info', message, 'copied')
  }
}

/** The link that the cursor of copy mode stands on. */
function linkAtCursor({ reader, grid, scrollback }: Panel): string | undefined {
  return reader.place && linkAt(reader.source(), reader.place, grid, scrollback.top)
}

function amount(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n').length
  if (lines > 1) return `${lines.toLocaleString('en')} lines`
  const characters = [...text].length
  return characters === 1 ? 'one character' : `${characters.toLocaleString('en')} characters`
}
