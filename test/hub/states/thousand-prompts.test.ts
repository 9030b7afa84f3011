import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeWorld, type World } from '../lua/world.ts'
import { startFakeAgent, type } from './agent.ts'
import { dice, typeAtRandom } from './human.ts'

const AGENTS = 20
const PROMPTS_EACH = 50

interface Receipt {
  readonly outcome: string
  readonly reason?: string
}

test('A thousand prompts arrive while people type into the same terminals: every receipt is true', {
  timeout: 600_000,
}, async () => {
  await using world = await makeWorld()
  const sessions = await Promise.all(Array.from({ length: AGENTS }, (_, index) => useTogether(world, index)))
  const outcomes = new Map<string, number>()
  for (const { receipts, lines, taken } of sessions) {
    for (const { outcome } of receipts.values()) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    const submitted = [...receipts].filter(([, { outcome }]) => outcome === 'submitted').map(([text]) => text)
    // Each once, nothing else, and nothing that is half a person's and half a prompt.
    expect(taken.toSorted()).toEqual([...submitted, ...lines].toSorted())
  }
  const people = sessions.reduce((sum, { lines }) => sum + lines.length, 0)
  process.stdout.write(`${JSON.stringify([...outcomes])} prompts beside ${people} lines of people\n`)
  expect(Object.fromEntries(outcomes)).toEqual({ submitted: AGENTS * PROMPTS_EACH })
  expect(people).toBeGreaterThan(AGENTS)
})

/** One agent that a script and a person use at the same time. */
async function useTogether(world: World, index: number) {
  const log = join(world.repository.directory, `${index}.jsonl`)
  const read = () =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as string)
      : []
  const agent = await startFakeAgent(world, `agent ${index}`, '--log', log, '--work', '60')
  const over = new AbortController()
  const keyboard = {
    type: (keys: string) => type(world, agent, keys),
    arrived: (line: string) => read().includes(line),
    random: dice(index + 1),
  }
  const typing = typeAtRandom(String(index), keyboard, over.signal)
  const receipts = new Map<string, Receipt>()
  for (let number = 0; number < PROMPTS_EACH; number++) {
    const text = `prompt ${index} ${number}`
    receipts.set(text, await world.command<Receipt>('send_prompt', { agent: agent.key, text, timeout: 300 }))
  }
  over.abort()
  return { receipts, lines: await typing, taken: read() }
}
