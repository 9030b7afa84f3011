import { LuaError } from '../../lua/vm/index.ts'

/** Something wrong in the UI's Lua, as the user sees it: one line that names file and line where they are known. */
export interface UiProblem {
  readonly message: string
  /** Label of the file at fault. */
  readonly file?: string
  readonly line?: number
  readonly traceback?: string
}

/** Lua keeps this many characters of a chunk's name; longer ones lose their beginning. */
const MIN_SUFFIX = 20

/**
 * Describes what `error` says. `labels` are the names of the files that are loaded: chunk names that Lua cut short are
 * found among them again.
 */
export function describeProblem(error: unknown, labels: readonly string[]): UiProblem {
  if (!(error instanceof LuaError)) return { message: error instanceof Error ? error.message : String(error) }
  const { traceback, line } = error
  const file = error.file === undefined ? undefined : findLabel(error.file, labels)
  const message = firstLine(error.message)
  const named = file === undefined || message.includes(`${file}:`) || message.includes(`${error.file}:`)
  const prefix = named ? '' : `${file}:${line === undefined ? '' : `${line}:`} `
  const whole = error.file !== undefined && file !== undefined ? message.replace(`${error.file}:`, `${file}:`) : message
  return { message: prefix + whole, file, line, traceback }
}

function findLabel(chunkName: string, labels: readonly string[]): string {
  if (labels.includes(chunkName)) return chunkName
  const suffix = chunkName.replace(/^\.{3}/, '')
  return (suffix.length >= MIN_SUFFIX && labels.find((label) => label.endsWith(suffix))) || chunkName
}

function firstLine(message: string): string {
  const end = message.indexOf('\n')
  return end < 0 ? message : message.slice(0, end)
}

/** Where it is, for the heading of a panel: file and line where they are known. */
export function problemTitle({ file, line }: Pick<UiProblem, 'file' | 'line'>): string {
  if (file === undefined) return 'Error in the layout'
  return line === undefined ? `Error in ${file}` : `Error in ${file}, line ${line}`
}
