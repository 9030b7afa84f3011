import type { Command } from 'commander'
import * as z from 'zod'
import { agentArgument } from '../agent-argument.ts'
import { defineCommand } from '../command.ts'

const optional = z.string().nullish()
const list = <T extends z.ZodType>(element: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : []), z.array(element))

const explanation = z.object({
  agent: z.string(),
  state: z.string(),
  since: z.number(),
  reason: optional,
  question: optional,
  status: z.string(),
  detector: optional,
  decided_by: z.string(),
  rule: optional,
  evidence: list(
    z.looseObject({
      kind: z.string(),
      layer: z.number(),
      source: optional,
      state: z.string(),
      reason: optional,
      question: optional,
      rule: optional,
      confidence: z.number().nullish(),
      age: z.number(),
      used: z.boolean(),
      set_aside: optional,
    }),
  ),
  rules: list(z.object({ rule: z.string(), state: z.string(), region: z.string(), fits: z.boolean(), why: optional })),
})
type Explanation = z.infer<typeof explanation>

export function command(): Command {
  return defineCommand('explain')
    .description('say why an agent is in its state: the evidence, and which rule decided')
    .addArgument(agentArgument())
    .option('--json', 'everything as JSON, with the screen that was looked at (docs/cli.md)')
    .addHelpText('after', '\nExamples:\n  botster explain fix-login\n  botster explain fix-login --json | jq .evidence')
    .action(explain)
}

async function explain(agent: string, { json }: { json?: boolean }): Promise<void> {
  const { findPlace } = await import('../place.ts')
  const { requireHub } = await import('../connect.ts')
  const { runHubCommand } = await import('../hub-command.ts')
  const { print, printJson } = await import('../output.ts')
  using connection = await requireHub(await findPlace(), { role: 'cli', start: 'known' })
  const value = await runHubCommand(connection, 'explain', { agent })
  if (json) return printJson(value)
  print(...(await describe(explanation.parse(value))))
}

async function describe(found: Explanation): Promise<string[]> {
  const { formatDuration, plain } = await import('../output.ts')
  const { formatTable } = await import('../table.ts')
  const { agent, state, since, reason, question, detector, decided_by, rule, evidence, rules } = found
  const lasts = formatDuration(Math.max(0, Date.now() / 1000 - since))
  const lines = [`${agent} is ${state} for ${lasts}: ${plain(reason ?? '')}`]
  if (question) lines.push(`it asks: ${plain(question)}`)
  lines.push(`decided by: ${decided_by}${rule ? `, rule ${rule}` : ''}`, `detector: ${detector ?? 'none'}`, '')
  const rows = evidence.map((piece) => [
    String(piece.layer),
    plain(piece.source ?? piece.kind),
    piece.state,
    piece.confidence == null ? '-' : piece.confidence.toFixed(2),
    formatDuration(piece.age),
    piece.used ? 'decides' : plain(piece.set_aside ?? ''),
    plain(piece.reason ?? ''),
  ])
  if (rows.length > 0)
    lines.push(...(await formatTable([['LAYER', 'SOURCE', 'STATE', 'SURE', 'AGE', 'COUNTS', 'REASON'], ...rows])), '')
  if (rules.length > 0) {
    const checked = rules.map((one) => [one.rule, one.state, one.region, one.fits ? 'fits' : plain(one.why ?? '')])
    lines.push(...(await formatTable([['RULE', 'STATE', 'REGION', 'RESULT'], ...checked])))
  }
  return lines
}
