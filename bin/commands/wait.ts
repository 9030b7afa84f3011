import type { Command } from 'commander'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'
import { secondsOption } from '../seconds.ts'
import { RESTING, STATES } from '../states.ts'
import { CommandFailed, UsageError } from '../usage.ts'
import { waitForState } from '../wait.ts'

interface WaitOptions {
  readonly state: string
  readonly timeout?: number
  readonly json?: boolean
}

export function command(): Command {
  return defineCommand('wait')
    .description('wait until an agent is in a state')
    .addArgument(agentArgument())
    .option('--state <states>', `one or more of ${STATES.join(', ')}, joined by commas`, RESTING.join(','))
    .option('--timeout <seconds>', 'give up after this long (default: never)', secondsOption)
    .option('--json', 'print the agent as JSON (docs/cli.md)')
    .addHelpText(
      'after',
      `
Exit code 1 when the time was over, or the agent is gone.

Examples:
  botster wait fix-login --state done,waiting --timeout 600
  botster send fix-login --prompt "run the tests" && botster wait fix-login`,
    )
    .action(wait)
}

async function wait(agent: string, { state, timeout, json }: WaitOptions): Promise<void> {
  const states = statesOf(state)
  const { findPlace } = await import('../place.ts')
  const { plain, print, printJson } = await import('../output.ts')
  const waited = await waitForState(await findPlace(), agent, states, timeout)
  const now = waited.agent
  if (json) printJson(now)
  if (!waited.reached) {
    throw new CommandFailed(`${now.key} is ${now.state} after ${timeout} s`, {
      hint: `waited for: ${states.join(', ')}`,
    })
  }
  if (!json) print(`${now.key} is ${now.state}: ${plain(now.state_question ?? now.state_reason ?? '')}`)
}

function statesOf(text: string): string[] {
  const states = text.split(',').map((name) => name.trim())
  const unknown = states.find((name) => !(STATES as readonly string[]).includes(name))
  if (unknown !== undefined) throw new UsageError(`there is no state '${unknown}'`, `states: ${STATES.join(', ')}`)
  return states
}
