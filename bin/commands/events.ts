import type { Command } from 'commander'
import { defineCommand } from '../command.ts'
import { CommandFailed } from '../usage.ts'

interface EventsOptions {
  readonly type?: string
  readonly agent?: string
}

interface Told {
  readonly event: string
  readonly at: number
  readonly data?: Readonly<Record<string, unknown>>
}

export function command(): Command {
  return defineCommand('events')
    .description('print what happens as it happens, one JSON object a line')
    .option('--type <names>', 'only these events, joined by commas: agent_status, prompt_receipt, …')
    .option('--agent <key>', 'only of the agent with this key')
    .addHelpText(
      'after',
      `
Ends with 1 when the hub does. The events are listed in docs/cli.md.

Examples:
  botster events --type agent_status | jq -r 'select(.data.state == "waiting") | .data.agent_key'
  botster events --agent shop-fix-login`,
    )
    .action(follow)
}

async function follow({ type, agent }: EventsOptions): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { print } = await import('../output.ts')
  const types = type?.split(',').map((name) => name.trim())
  const ended = Promise.withResolvers<string>()
  const refused = Promise.withResolvers<never>()
  using connection = await requireHub(await findPlace(), {
    role: 'cli',
    start: 'known',
    onClose: ended.resolve,
    onMessage: (message) => {
      if (message.type !== 'message') return
      if (message.data.type === 'error') refused.reject(new CommandFailed(String(message.data.message)))
      if (message.data.type !== 'event') return
      const { event, at, data } = message.data as unknown as Told
      if (types !== undefined && !types.includes(event)) return
      if (agent !== undefined && (data?.agent_key ?? data?.key) !== agent) return
      print(JSON.stringify({ event, at, data }))
    },
  })
  connection.send({ type: 'message', data: { type: 'subscribe', channel: 'events', subscriptionId: 'events' } })
  throw new CommandFailed(`the hub ended: ${await Promise.race([ended.promise, refused.promise])}`)
}
