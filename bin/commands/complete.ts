import type { Command } from 'commander'
import { defineCommand } from '../command.ts'

/** Not for people: what the completion scripts ask at every tab. */
export function command(): Command {
  return defineCommand('complete')
    .description('print what could stand at the end of a command line')
    .argument('[words...]', 'the words after `botster`, the last one being typed')
    .action(complete)
}

async function complete(words: string[]): Promise<void> {
  const { wholeProgram } = await import('../program.ts')
  const { allVerbs } = await import('../verbs.ts')
  const { candidates } = await import('../completion/candidates.ts')
  const { print } = await import('../output.ts')
  const found = await candidates(await wholeProgram(allVerbs), words.length > 0 ? words : [''])
  if (found.length > 0) print(...found.map(({ value, description }) => `${value}\t${description}`))
}
