// What programs really say when they call their lifecycle hooks, recorded and shortened: test/fixtures/NAME-hooks.jsonl.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHookEvent } from '../../../bin/hook-event.ts'
import { HOOK_SOURCES, hookSetup } from '../../../bin/hook-setup.ts'
import { makeWorld, until, type World } from '../lua/world.ts'
import { type Agent, agentOf } from './agent.ts'

/** One line of a recording: the event as the program gave it, and what its agent is after it. */
interface Recorded {
  readonly then: string
  readonly question?: string
  readonly event: { readonly hook_event_name?: string }
}

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const recordings = (program: string): Recorded[] =>
  readFileSync(join(import.meta.dirname, `../../fixtures/${program}-hooks.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test.each(['claude'] as const)('Each hook that %s calls in a session says what it does', async (program) => {
  // Nothing on its screen speaks against what is told.
  const agent = await world.command<Agent>('create_agent', { worktree: false, name: program, command: ['cat'] })
  await until(async () => (await agentOf(world, agent.id)).state !== 'starting', 'it to have started')
  for (const { then, question, event } of recordings(program)) {
    const { event: name, fields } = readHookEvent(JSON.stringify(event))
    await world.command('hook', { agent: agent.key, source: program, event: name, fields })
    const { state, state_question } = await agentOf(world, agent.id)
    const seen = { event, state: state === 'done' ? 'idle' : state, question: state_question }
    expect(seen).toEqual({ event, state: then, question })
  }
})

test.each(HOOK_SOURCES)(
  'What %s is to be configured with names each of its hooks that means something',
  async (program) => {
    const known = await world.eval<string[]>(`
    local names = {}
    for name in pairs(require('lib.detectors').get('${program}').reports) do names[#names + 1] = name end
    table.sort(names)
    return names`)
    const setup = hookSetup(program)
    if (program === 'claude' || program === 'gemini') {
      const { hooks } = JSON.parse(setup.slice(setup.indexOf('{')))
      expect(Object.keys(hooks).sort()).toEqual(known)
    }
    expect(setup).toContain(`botster hook ${program}`.replaceAll(' ', program === 'codex' ? '", "' : ' '))
  },
)

test('Of what a hook brings, prompts and contents of files go no further', () => {
  const secret = 'the secret'
  for (const { event } of recordings('claude')) {
    const text = JSON.stringify({ ...event, prompt: secret, last_assistant_message: secret, tool_response: secret })
    expect(JSON.stringify(readHookEvent(text))).not.toContain(secret)
  }
})
