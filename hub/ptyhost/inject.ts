import type { Params, Result } from '../../protocol/definition.ts'
import type { PtyhostProtocol } from '../../protocol/messages/ptyhost.ts'
import { inBrackets } from '../../screen/bracketed-paste.ts'
import type { PtyWriter } from './pty-writer.ts'
import type { Typing } from './typing.ts'

/** Milliseconds between text and Enter: programs that read both at once take the Enter for part of a paste. */
const SUBMIT_PAUSE_MS = 30
/** Injections of one session that wait for a person; more are refused. */
const MAX_HELD = 64

export type Injection = Required<Omit<Params<PtyhostProtocol, 'inject'>, 'session'>>
export type Outcome = Result<PtyhostProtocol, 'inject'>

export interface InjectTarget {
  readonly writer: PtyWriter
  readonly typing: Typing
  bracketedPaste(): boolean
  /** Whether lines are typed, instead of single keys that are commands (the alternate screen). */
  linewise(): boolean
  /** What Enter sends in the keyboard mode the program asked for. */
  enter(): string
}

interface Held {
  readonly injection: Injection
  readonly decide: (outcome: Outcome) => void
  readonly timer: NodeJS.Timeout
}

/** Types text for agents and plugins as one piece, never into the middle of what a person types. */
export class Injector implements Disposable {
  readonly #target: InjectTarget
  #held: Held[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(target: InjectTarget) {
    this.#target = target
  }

  /** Types it now, or waits up to `holdMs` for the person to finish. Resolves when that is decided. */
  async inject(injection: Injection): Promise<Outcome> {
    this.pump() // what is held after this waits for a reason of its own
    if (this.#busyFor(injection) === 0) return this.#type(injection, 'submitted')
    if (injection.holdMs === 0) return { outcome: 'refused', reason: 'a person is typing' }
    if (this.#held.length >= MAX_HELD) return { outcome: 'refused', reason: 'too much is waiting already' }
    return new Promise((decide) => {
      const timer = setTimeout(() => {
        this.#held = this.#held.filter((held) => held.timer !== timer)
        decide({ outcome: 'refused', reason: `a person was still typing after ${injection.holdMs} ms` })
      }, injection.holdMs)
      this.#held.push({ injection, decide, timer })
      this.pump()
    })
  }

  /** A person typed, or the program changed its mode: perhaps what is held may go now. */
  pump(): void {
    clearTimeout(this.#timer)
    let next = Number.POSITIVE_INFINITY
    for (const held of [...this.#held]) {
      const busyFor = this.#busyFor(held.injection)
      next = busyFor > 0 ? Math.min(next, busyFor) : next
      if (busyFor > 0) continue
      this.#held = this.#held.filter((other) => other !== held)
      clearTimeout(held.timer)
      held.decide(this.#type(held.injection, 'held'))
    }
    if (this.#held.length > 0) this.#timer = setTimeout(() => this.pump(), Math.ceil(next))
  }

  /** The program is gone: what is held is refused. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    for (const { decide, timer } of this.#held.splice(0)) {
      clearTimeout(timer)
      decide({ outcome: 'refused', reason: 'the program ended' })
    }
  }

  #busyFor({ lineIsEmpty }: Injection): number {
    return this.#target.typing.busyFor(performance.now(), !lineIsEmpty && this.#target.linewise())
  }

  #type({ data, paste, submit }: Injection, outcome: 'submitted' | 'held'): Outcome {
    const { writer } = this.#target
    const text = paste ? pasteBytes(data, this.#target.bracketedPaste()) : data
    if (!writer.write(text)) return { outcome: 'refused', reason: 'the program does not read its input' }
    if (submit) {
      if (text.length > 0) writer.pause(SUBMIT_PAUSE_MS)
      writer.write(Buffer.from(this.#target.enter(), 'latin1'))
    }
    return { outcome }
  }
}

/**
 * Text as a terminal pastes it: newlines become carriage returns; bracketed when the program asked for that, and then
 * without the closing bracket inside, which would let what follows it pass for typed keys.
 */
export function pasteBytes(data: Uint8Array, bracketed: boolean): Uint8Array {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1').replace(/\r?\n/g, '\r')
  const bytes = Buffer.from(text, 'latin1')
  return bracketed ? inBrackets(bytes) : bytes
}
