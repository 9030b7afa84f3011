import type { Command } from 'commander'
import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { UsageError } from '../usage.ts'

const questions = z.object({
  questions: z.preprocess(
    (value) => (Array.isArray(value) ? value : []),
    z.array(
      z.object({
        id: z.string(),
        text: z.string(),
        agent_key: z.string().nullish(),
        choices: z.preprocess((value) => (Array.isArray(value) ? value : []), z.array(z.string())),
        kind: z.string(),
        asked_at: z.number(),
      }),
    ),
  ),
})

interface AnswerOptions {
  readonly dismiss?: boolean
  readonly json?: boolean
}

export function command(): Command {
  return defineCommand('answer')
    .description('answer what agents ask you; without arguments: list what they ask')
    .argument('[question]', 'number of the question')
    .argument('[text...]', 'the answer')
    .option('--dismiss', 'close the question without an answer')
    .option('--json', 'list the questions as JSON (docs/cli.md)')
    .addHelpText(
      'after',
      '\nExamples:\n  botster answer\n  botster answer 3 "use the second one"\n  botster answer 4 Allow',
    )
    .action(answer)
}

async function answer(id: string | undefined, words: string[], { dismiss, json }: AnswerOptions): Promise<void> {
  if (id !== undefined && words.length === 0 && !dismiss) {
    throw new UsageError('the answer is missing', 'say it after the number, or --dismiss to close the question')
  }
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { note, plain, print, printJson } = await import('../output.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  if (id !== undefined) {
    await runHubCommand(connection, 'answer_question', { id, answer: dismiss ? undefined : words.join(' ') })
    return print(dismiss ? `closed question ${id}` : `answered question ${id}`)
  }
  const waiting = questions.parse(await runHubCommand(connection, 'list_questions')).questions
  if (json) return printJson(waiting)
  if (waiting.length === 0) return note('nobody asks anything')
  for (const { id: number, text, agent_key, choices } of waiting) {
    print(
      `${number}  ${agent_key ?? 'somebody'}: ${plain(text)}${choices.length > 0 ? ` [${choices.map(plain).join(' | ')}]` : ''}`,
    )
  }
}
