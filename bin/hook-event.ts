import { UsageError } from './usage.ts'

/** Characters of a field that are passed on: what a person is shown of it. */
const MOST_TEXT = 500
/** What of a hook's fields is passed on as it is. Prompts and file contents are nobody's business. */
const PASSED = [
  'message',
  'title',
  'notification_type',
  'tool_name',
  'error',
  'is_interrupt',
  'source',
  'trigger',
  'agent_id',
  'cwd',
] as const

/** What Gemini CLI calls the answer of a turn that has none, also of one that failed. */
const NO_ANSWER = '[no response text]'

export interface HookEvent {
  readonly event: string
  readonly fields: Readonly<Record<string, string>>
}

type HookRecord = Readonly<Record<string, unknown>>

/**
 * What the JSON says with which a program called its hook: the event, and the fields that lua/agents may ask for. Besides
 * those that are passed on as they are: `question`, what is asked, `background`, the kinds of what still runs
 * (`subagent, shell`), and `without_answer`, when Gemini CLI ends a turn with nothing to say.
 * @throws SyntaxError or UsageError when it is no event.
 */
export function readHookEvent(text: string): HookEvent {
  const json: unknown = JSON.parse(text)
  if (typeof json !== 'object' || json === null) throw new UsageError('a hook’s event is a JSON object')
  const record = json as HookRecord
  const event = record.hook_event_name ?? record.type ?? record.event
  if (typeof event !== 'string') throw new UsageError('the event has no name', 'hook_event_name, type or event')
  const values = [...PASSED.map((name) => [name, record[name]] as const), ...derived(record)]
  const fields: Record<string, string> = {}
  for (const [name, value] of values) {
    if (typeof value === 'string' || value === true) fields[name] = String(value).slice(0, MOST_TEXT)
  }
  return { event, fields }
}

function derived(record: HookRecord): readonly (readonly [string, unknown])[] {
  return [
    ['question', questionOf(record)],
    ['background', kindsOf(record.background_tasks)],
    ['without_answer', record.prompt_response === NO_ANSWER],
  ]
}

/** What is asked: in so many words, or by a request for permission, in the words that its tool has for people. */
function questionOf({ question, hook_event_name: event, tool_name: tool, tool_input, details }: HookRecord): unknown {
  if (question !== undefined) return question
  const { questions, description } = (tool_input ?? {}) as {
    questions?: { question?: unknown }[]
    description?: unknown
  }
  if (Array.isArray(questions)) return questions[0]?.question
  if (event === 'Notification') return confirmation(details)
  if (event !== 'PermissionRequest' || typeof tool !== 'string') return undefined
  if (typeof description !== 'string') return `May it use ${tool}?`
  return description.endsWith('?') ? description : `May it use ${tool} (${description})?`
}

/** What Gemini CLI wants to have confirmed: `Confirm Shell Command (touch)?` */
function confirmation(details: unknown): string | undefined {
  const { title, rootCommand } = (details ?? {}) as { title?: unknown; rootCommand?: unknown }
  if (typeof title !== 'string') return undefined
  return `${title}${typeof rootCommand === 'string' ? ` (${rootCommand})` : ''}?`
}

/** The kinds of what Claude Code has going on in the background when its turn ends; undefined when that is nothing. */
function kindsOf(tasks: unknown): string | undefined {
  if (!Array.isArray(tasks) || tasks.length === 0) return undefined
  const kinds = (tasks as { type?: unknown }[]).map((task) => task?.type).filter((kind) => typeof kind === 'string')
  return [...new Set(kinds)].join(', ')
}
