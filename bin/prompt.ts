import * as z from 'zod'
import { caller } from './caller.ts'
import type { HubConnection } from './connect.ts'
import { runHubCommand } from './hub-command.ts'

const optional = z.string().nullish()

const receipt = z.object({
  id: z.string(),
  agent_key: z.string(),
  session_id: z.string(),
  outcome: z.enum(['submitted', 'queued', 'refused', 'timed_out']),
  reason: optional,
  question: optional,
  evidence: optional,
  typed: z.boolean().nullish(),
  in_input_line: z.boolean().nullish(),
  waited_for: optional,
})

/** What became of a prompt: stable, documented in docs/cli.md. */
export type Receipt = z.infer<typeof receipt>

export interface PromptArguments {
  readonly agent: string
  readonly text: string
  readonly session?: string
  /** Seconds. */
  readonly timeout?: number
  readonly while_working?: boolean
  readonly through_dialogs?: boolean
}

/** Gives an agent a prompt and waits for the receipt. @throws CommandFailed when it cannot even be tried */
export async function sendPrompt(connection: HubConnection, args: PromptArguments): Promise<Receipt> {
  return receipt.parse(await runHubCommand(connection, 'send_prompt', { ...args, from: caller() }))
}

/** Whether the agent has it, or will have. */
export function isTaken({ outcome }: Receipt): boolean {
  return outcome === 'submitted' || outcome === 'queued'
}

/** In a sentence. */
export function describeReceipt({ outcome, agent_key, reason, question, evidence, typed }: Receipt): string {
  switch (outcome) {
    case 'submitted':
      return `${agent_key} took the prompt (${evidence})`
    case 'queued':
      return `the prompt is queued: ${reason}; it is typed when they have stopped`
    case 'refused':
      return `${agent_key} was not given the prompt: ${reason}${question ? ` (“${question}”)` : ''}`
    case 'timed_out':
      return typed
        ? `${agent_key} did not take the prompt: ${reason}`
        : `${agent_key} was not given the prompt in time: ${reason}`
  }
}

/** What the sender can do about a prompt that was not taken. */
export function receiptHint({ in_input_line }: Receipt): string | undefined {
  if (!in_input_line) return undefined
  return 'nothing is lost: it lies there. The same prompt sent again is submitted, not typed twice; or press Enter there'
}
