import type { Command } from 'commander'
import { Argument } from 'commander'
import { defineCommand } from '../command.ts'
import { HOOK_SOURCES, type HookSource, hookSetup } from '../hook-setup.ts'
import { UsageError } from '../usage.ts'

/** Milliseconds this may take: the program that calls it waits. */
const TIME_LIMIT_MS = 3000
/** Characters of a field that are passed on: what a person is shown of it. */
const MOST_TEXT = 500
/** What of a hook's fields is passed on. Prompts and file contents are nobody's business. */
const PASSED = ['message', 'title', 'notification_type', 'tool_name', 'error', 'is_interrupt', 'question']

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

interface HookEvent {
  readonly event: string
  readonly fields: Readonly<Record<string, string>>
}

type HookRecord = Readonly<Record<string, unknown>>

async function readEvent(given: string | undefined): Promise<HookEvent> {
  const isJson = given?.trimStart().startsWith('{') ?? false
  if (given !== undefined && !isJson) return { event: given, fields: {} }
  const { text } = await import('node:stream/consumers')
  const json: unknown = JSON.parse(given ?? (await text(process.stdin)))
  if (typeof json !== 'object' || json === null) throw new UsageError('a hook’s event is a JSON object')
  const record = json as HookRecord
  const event = record.hook_event_name ?? record.type ?? record.event
  if (typeof event !== 'string') throw new UsageError('the event has no name', 'hook_event_name, type or event')
  const fields: Record<string, string> = {}
  for (const name of PASSED) {
    const value = name === 'question' ? questionOf(record) : record[name]
    if (typeof value === 'string' || value === true) fields[name] = String(value).slice(0, MOST_TEXT)
  }
  return { event, fields }
}

/** What is asked: by Claude Code's AskUserQuestion, or by a request for permission, in the tool's own words for people. */
function questionOf({ question, hook_event_name: event, tool_name: tool, tool_input: input }: HookRecord): unknown {
  if (question !== undefined) return question
  const { questions, description } = (input ?? {}) as { questions?: { question?: unknown }[]; description?: unknown }
  if (Array.isArray(questions)) return questions[0]?.question
  if (event !== 'PermissionRequest' || typeof tool !== 'string') return undefined
  return `May it use ${tool}${typeof description === 'string' ? ` (${description})` : ''}?`
}
