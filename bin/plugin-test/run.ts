import { type HubConnection, requireHub } from '../connect.ts'
import { stopHub } from '../end-hub.ts'
import { CommandFailed } from '../usage.ts'
import type { TestedPlugin } from './find.ts'
import { type TestReport, testRun } from './report.ts'
import { makeTestWorld } from './world.ts'

/** Run in the private hub; the arguments are the plugin's directory and name, and what names of tests must contain. */
const RUNNER = `
local directory, name, only = ...
return json.encode(require('lib.plugin_test').run(directory, name, { only = only }))`

/**
 * Runs a plugin's tests in a hub of their own, which is gone afterwards. What they print goes to stderr.
 * @throws CommandFailed when they could not be run at all, or were interrupted
 */
export async function runPluginTests(
  plugin: TestedPlugin,
  { only, required }: { readonly only?: string; readonly required: readonly TestedPlugin[] },
): Promise<TestReport> {
  await using world = await makeTestWorld(required)
  using connection = await requireHub(world.place, {
    role: 'cli',
    start: 'needed',
    environment: true,
    onMessage: (message) => {
      if (message.type === 'luaOutput') process.stderr.write(message.text)
    },
  })
  const interrupt = () => connection.send({ type: 'luaCancel' })
  process.on('SIGINT', interrupt)
  try {
    return await run(connection, plugin, only)
  } finally {
    process.off('SIGINT', interrupt)
    await stopHub(connection, { agents: true })
  }
}

async function run(connection: HubConnection, plugin: TestedPlugin, only: string | undefined): Promise<TestReport> {
  const { name, directory } = plugin
  const outcome = await connection.request('lua', {
    source: RUNNER,
    chunkName: 'plugin test',
    args: [directory, name, ...(only === undefined ? [] : [only])],
    show: 'plain',
  })
  if (outcome.kind !== 'done') {
    const why = 'message' in outcome ? outcome.message : 'a test ended the run'
    throw new CommandFailed(`the tests of ${name} could not be run: ${why}`, { code: outcome.kind })
  }
  const { files, expected } = testRun.parse(JSON.parse(textOf(outcome.text)))
  const tests = files.flatMap((file) => file.tests)
  const known = tests.map(({ message }) => message)
  const { errors } = await connection.request('status', {})
  const isExpected = await matcher(connection, expected)
  const reported = []
  for (const { owner, message, traceback } of errors) {
    if (owner !== `plugin.${name}` || known.includes(message) || (await isExpected(message))) continue
    reported.push({ message, ...(traceback === undefined ? {} : { traceback }) })
  }
  const count = (what: string) => tests.filter((test) => test.outcome === what).length
  return {
    plugin: name,
    directory,
    passed: count('passed'),
    failed: count('failed') + reported.length,
    skipped: count('skipped'),
    files,
    reported,
  }
}

/** Whether one of the tests' Lua patterns finds something in a message: only Lua knows. */
async function matcher(connection: HubConnection, patterns: readonly string[]) {
  return async (message: string): Promise<boolean> => {
    if (patterns.length === 0) return false
    const source =
      'local text = ... for i = 2, select("#", ...) do if text:find((select(i, ...))) then return true end end'
    const args = [message, ...patterns]
    const outcome = await connection.request('lua', { source, chunkName: 'plugin test', args, show: 'plain' })
    return outcome.kind === 'done' && textOf(outcome.text) === 'true'
  }
}

function textOf(text: string | Uint8Array | undefined): string {
  return typeof text === 'string' ? text : new TextDecoder().decode(text)
}
