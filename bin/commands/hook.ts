import type { Command } from 'commander'
import { Argument } from 'commander'
import { defineCommand } from '../command.ts'
import { type HookEvent, readHookEvent } from '../hook-event.ts'
import { HOOK_SOURCES, type HookSource, hookSetup } from '../hook-setup.ts'

/** Milliseconds this may take: the program that calls it waits. */
const TIME_LIMIT_MS = 3000

interface HookOptions {
  readonly agent?: string
  readonly print?: boolean
}

export function command(): Command {
  return defineCommand('hook')
    .description('tell botster what an agent does: called by the lifecycle hooks of its program')
    .addArgument(new Argument('<program>', 'whose hook it is').choices(HOOK_SOURCES))
    .argument('[event]', 'name of the event, or the JSON that some programs give; else it is read from stdin')
    .option('--agent <agent>', 'which agent (default: the one in whose terminal this runs)')
    .option('--print', 'print what to put into the configuration of the program instead')
    .addHelpText(
      'after',
      `
Outside of botster, and when anything goes wrong, it does nothing and says nothing: no hook of yours fails for it
(BOTSTER_DEBUG=1 lets it speak).

Examples:
  botster hook claude --print
  botster hook claude < event.json
  botster hook opencode session.idle`,
    )
    .action(hook)
}

async function hook(source: HookSource, event: string | undefined, { agent, print }: HookOptions): Promise<void> {
  if (print) {
    const output = await import('../output.ts')
    return output.print(hookSetup(source))
  }
  const whose = agent ?? process.env.BOTSTER_AGENT_KEY
  if (!whose) return
  setTimeout(() => process.exit(0), TIME_LIMIT_MS).unref()
  try {
    await tell(whose, source, await readEvent(event))
  } catch (error) {
    if (process.env.BOTSTER_DEBUG) throw error
  }
}

async function tell(agent: string, source: HookSource, { event, fields }: HookEvent): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { connectHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  using connection = await connectHub(await findPlace(), { role: 'cli', start: 'never' })
  if (connection !== undefined) await runHubCommand(connection, 'hook', { agent, source, event, fields })
}

async function readEvent(given: string | undefined): Promise<HookEvent> {
  const isJson = given?.trimStart().startsWith('{') ?? false
  if (given !== undefined && !isJson) return { event: given, fields: {} }
  const { text } = await import('node:stream/consumers')
  return readHookEvent(given ?? (await text(process.stdin)))
}
