import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { isOnPath } from './clipboard.ts'

/** What a history is opened in. */
export type HistoryProgram = 'pager' | 'editor'

export interface OpenHistoryParts {
  readonly env: NodeJS.ProcessEnv
  /** Gives the terminal to somebody else meanwhile. */
  readonly lend: (use: () => Promise<void>) => Promise<void>
}

/**
 * Shows text in $PAGER, or in $VISUAL or $EDITOR, which have the terminal until they end. The file they see is nobody
 * else's, and is gone afterwards.
 * @returns what stood in the way
 */
export async function openText(
  text: string,
  kind: HistoryProgram,
  parts: OpenHistoryParts,
): Promise<string | undefined> {
  const command = programFor(kind, parts.env)
  if (command === undefined) {
    return kind === 'pager' ? 'no pager was found: set PAGER' : 'no editor was found: set VISUAL or EDITOR'
  }
  const directory = await mkdtemp(join(tmpdir(), 'botster-')) // of mode 0700
  try {
    const file = join(directory, 'history.txt')
    await writeFile(file, `${text}\n`, { mode: 0o600 })
    let problem: string | undefined
    const lines = text.split('\n').length
    await parts.lend(async () => {
      problem = await run([...command, ...atTheEnd(command[0]!, lines), file], parts.env)
    })
    return problem
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The program and its arguments, as words; undefined when there is none. */
export function programFor(kind: HistoryProgram, env: NodeJS.ProcessEnv): readonly string[] | undefined {
  const named = kind === 'pager' ? [env.PAGER] : [env.VISUAL, env.EDITOR]
  for (const command of named) {
    const words = splitWords(command ?? '')
    if (words.length > 0) return words
  }
  const known = kind === 'pager' ? ['less', 'more'] : ['vi', 'vim', 'nano']
  const found = known.find((name) => isOnPath(name, env))
  return found === undefined ? undefined : [found]
}

/** Words as a shell would read them, with quotes and nothing else: these variables often hold arguments. */
function splitWords(command: string): string[] {
  return [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/["']/g, ''))
}

/** Arguments with which programs that are known start at the last line: what is newest is what is looked for. */
function atTheEnd(program: string, lines: number): readonly string[] {
  switch (basename(program)) {
    case 'less':
      return ['+G']
    case 'vi':
    case 'vim':
    case 'nvim':
    case 'nano':
    case 'emacs':
      return [`+${lines}`]
    default:
      return []
  }
}

async function run([program, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const child = spawn(program!, args, { env, stdio: 'inherit' })
  child.on('error', (error) => resolve(`${program} could not be started: ${error.message}`))
  child.on('exit', (code) => resolve(code === 127 || code === 126 ? `${program} could not be started` : undefined))
  return promise
}
