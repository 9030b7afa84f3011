import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const CORPUS = join(import.meta.dirname, '../../corpus')

/**
 * One labelled screen of test/corpus: `field: value` lines, `---`, and what the terminal shows. `captured` says which
 * program drew it (talking to a stub of its service); screens without it are written by hand after what programs show.
 */
export interface Screen {
  readonly program: string
  readonly name: string
  /** What it must be read as; 'none' when nobody could tell. */
  readonly state: string
  readonly question?: string
  readonly title?: string
  /** What makes it hard. */
  readonly trap?: string
  readonly text: string
  readonly cursor?: { readonly x: number; readonly y: number }
}

export function readCorpus(): Screen[] {
  return readdirSync(CORPUS).flatMap((program) =>
    readdirSync(join(CORPUS, program)).map((file) => readScreen(program, file)),
  )
}

function readScreen(program: string, file: string): Screen {
  const [head, ...rest] = readFileSync(join(CORPUS, program, file), 'utf8').split('\n---\n')
  const fields = Object.fromEntries(head!.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
  const text = rest.join('\n---\n').replace(/\n$/, '')
  const lines = text.split('\n')
  const end = { x: [...lines.at(-1)!].length, y: lines.length - 1 }
  const { state, question, title, trap } = fields
  return {
    program,
    name: basename(file, '.txt'),
    state: state!,
    question,
    title,
    trap,
    text,
    cursor: fields.cursor === 'end' ? end : position(fields.cursor),
  }
}

/** `x,y`, from 0. */
function position(text: string | undefined): { x: number; y: number } | undefined {
  if (text === undefined) return undefined
  const [x, y] = text.split(',').map(Number)
  return { x: x!, y: y! }
}
