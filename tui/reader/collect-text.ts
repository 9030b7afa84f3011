import type { Params, Result } from '../../protocol/definition.ts'
import type { PtyhostProtocol } from '../../protocol/messages/ptyhost.ts'
import type { SelectedRange } from './selection.ts'

export type TextRequest = Omit<Params<PtyhostProtocol, 'text'>, 'session'>
export type AskText = (request: TextRequest) => Promise<Result<PtyhostProtocol, 'text'> | undefined>

/** All the text of a range, asked for piece by piece; undefined when the lines got other numbers meanwhile. */
export async function collectText(
  ask: AskText,
  epoch: number,
  { from, to, block }: SelectedRange,
): Promise<string | undefined> {
  const pieces: string[] = []
  for (let start = from; ; ) {
    const answer = await ask({ epoch, from: start, to, block })
    if (answer === undefined || answer.epoch !== epoch) return undefined
    pieces.push(answer.text)
    if (answer.next === undefined) return pieces.join('')
    start = { line: answer.next, column: block ? from.column : 0 }
  }
}
