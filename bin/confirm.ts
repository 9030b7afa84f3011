import { CommandFailed } from './usage.ts'

/**
 * Asks a yes/no question; no is the default. Ctrl+c means no.
 * @param option what answers it beforehand, named when there is nobody to ask
 * @throws CommandFailed when stdin or stdout is not a terminal
 */
export async function confirmed(question: string, option: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CommandFailed('nobody can be asked here: this is not a terminal', { hint: `say ${option} to go ahead` })
  }
  const { confirm } = await import('@inquirer/prompts')
  try {
    return await confirm({ message: question, default: false })
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return false
    throw error
  }
}
