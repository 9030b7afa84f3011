import type { Signal } from '../protocol/messages/ptyhost.ts'
import { clipboardSequence } from './alerts.ts'

export interface ProgramSignalParts {
  /** Sends a sequence that draws nothing to the outer terminal. */
  readonly tell: (sequence: string) => void
  /** The program rang. */
  readonly onBell: (session: string) => void
}

/** What a program that is looked at says beside its picture, as far as nobody but this terminal hears of it. */
export function takeProgramSignal(signal: Signal, { tell, onBell }: ProgramSignalParts): void {
  switch (signal.kind) {
    case 'clipboard':
      return tell(clipboardSequence(signal.selection, signal.data))
    case 'bell':
      return onBell(signal.session)
    case 'title':
    case 'cwd':
    case 'notification':
    case 'prompt':
    case 'progress':
    case 'cursorVisibility':
    case 'exit':
    case 'activity':
      return // the hub tells of them
  }
}
