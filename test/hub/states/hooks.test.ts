// What programs say when they call their lifecycle hooks: test/fixtures/NAME-hooks.jsonl has events in the shapes that were
// seen in real runs (Claude Code 2.1.330, Codex 0.169.0, Gemini CLI 0.61.0), with short values, put together from several
// runs into one session. Fields that nothing here reads may be missing.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHookEvent } from '../../../bin/hook-event.ts'
import { HOOK_SOURCES, hookSetup } from '../../../bin/hook-setup.ts'
import { makeWorld, until, type World } from '../lua/world.ts'
import { type Agent, agentOf } from './agent.ts'

/** One line: an event in the shape in which the program gives it, and what its agent is after it. */
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

async function startSilent(name: string, options = {}): Promise<Agent & { readonly cwd: string }> {
  const given = { worktree: false, name, command: ['cat'], ...options }
  const agent = await world.command<Agent & { readonly cwd: string }>('create_agent', given)
  await until(async () => (await agentOf(world, agent.id)).state !== 'starting', 'it to have started')
  return agent
}

test.each(['claude', 'codex', 'gemini'] as const)(
  'Each hook that %s calls in a session says what it does',
  async (program) => {
    // Nothing on its screen speaks against what is told.
    const agent = await startSilent(program)
    for (const { then, question, event } of recordings(program)) {
      const { event: name, fields } = readHookEvent(JSON.stringify({ ...event, cwd: agent.cwd }))
      await world.command('hook', { agent: agent.key, source: program, event: name, fields })
      const { state, state_question } = await agentOf(world, agent.id)
      const seen = { event, state: state === 'done' ? 'idle' : state, question: state_question }
      expect(seen).toEqual({ event, state: then, question })
    }
  },
)

test('Hooks that codex calls in the name of another agent are told of the one in whose directory it works', async () => {
  const root = await world.eval<string>('return worktree.repo_root()')
  const directory = (name: string) => {
    const path = join(root, name)
    mkdirSync(path)
    return path
  }
  const first = await startSilent('daemon', { cwd: directory('first') })
  const second = await startSilent('other', { cwd: directory('second') })
  const hook = (cwd: string) =>
    world.command('hook', { agent: first.key, source: 'codex', event: 'UserPromptSubmit', fields: { cwd } })
  await hook(second.cwd)
  expect(await agentOf(world, second.id)).toMatchObject({ state: 'working', state_reason: 'it was given a prompt' })
  expect(await hook(directory('nobody'))).toEqual({})
  expect((await agentOf(world, first.id)).state).not.toBe('working')
  await hook(first.cwd)
  expect(await agentOf(world, first.id)).toMatchObject({ state: 'working' })
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
    if (program === 'claude' || program === 'codex' || program === 'gemini') {
      const { hooks } = JSON.parse(setup.slice(setup.indexOf('{')))
      expect(Object.keys(hooks).sort()).toEqual(known)
    }
    expect(setup).toContain(`botster hook ${program}`)
  },
)

test('Of what a hook brings, prompts and contents of files go no further', () => {
  const secret = 'the secret'
  for (const { event } of recordings('claude')) {
    const text = JSON.stringify({ ...event, prompt: secret, last_assistant_message: secret, tool_response: secret })
    expect(JSON.stringify(readHookEvent(text))).not.toContain(secret)
  }
})
