import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../protocol/paths.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

interface Snippet {
  readonly language: string
  /** The file that its first line names. */
  readonly file: string | undefined
  readonly isBeforeReturn: boolean
  readonly text: string
}

/** The code of the guide, in order. */
function snippets(): Snippet[] {
  const guide = readFileSync(join(packageRoot(), 'docs/guides/first-plugin.md'), 'utf8')
  return [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => {
    const [, file, where] = /^-- ([\w/]+\.lua)(, before its return)?\n/.exec(text) ?? []
    return { language, file, isBeforeReturn: where !== undefined, text }
  })
}

/** Writes the plugin as somebody has it who followed the guide to its end. */
function writePlugin(directory: string): void {
  const files = new Map<string, string[]>()
  for (const { file, text, isBeforeReturn } of snippets()) {
    if (file === undefined) continue
    const parts = files.get(file) ?? []
    if (isBeforeReturn) parts.splice(-1, 0, text)
    else parts.push(text)
    files.set(file, parts)
  }
  for (const [file, parts] of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), parts.join('\n'))
  }
}

test('Every piece of code in the guide belongs to a file or is a command', () => {
  const all = snippets()
  expect(all.filter(({ language }) => language === 'lua').length).toBeGreaterThan(8)
  for (const { language, file, text } of all) {
    expect([language, text]).toEqual([expect.stringMatching(/^(lua|sh)$/), text])
    if (language === 'lua') expect([file, text]).toEqual([expect.any(String), text])
  }
})

test('The plugin of the guide loads after each of its steps', async () => {
  await using world = new World()
  const path = join(world.userDirectory, 'shared/plugins/standup/init.lua')
  await world.botster('start', '--headless')
  mkdirSync(dirname(path), { recursive: true })
  let source = ''
  for (const { file, text, isBeforeReturn } of snippets()) {
    if (file !== 'init.lua' || isBeforeReturn) continue
    source += `${text}\n`
    writeFileSync(path, source)
    await world.botster('plugin', 'reload', 'standup')
  }
  expect(await world.json('plugin', 'list')).toMatchObject([{ state: 'loaded', version: '0.1.0', error: null }])
})

test('All commands of the guide work, in their order, and the key shows what the plugin knows', async () => {
  await using world = new World()
  await world.botster('start', '--headless')
  const directory = join(world.userDirectory, 'shared/plugins/standup')
  for (const { language, text } of snippets()) {
    if (language !== 'sh') continue
    for (const line of text.trim().split('\n')) {
      const shell = world.openShell()
      shell.type(`${line}; echo "ended with $?"\r`)
      await shell.waitFor(/ended with \d/, 60_000)
      expect([line, shell.text()]).toEqual([line, expect.stringContaining('ended with 0')])
      if (line === 'botster plugin list') await until(async () => loaded(world), { what: 'the plugin' })
      if (line !== 'botster plugin test standup') continue
      // From here on it is what the reader has typed.
      writePlugin(directory)
      await world.botster('plugin', 'reload', 'standup')
    }
  }
  await world.botster('plugin', 'reload', 'standup')
  const terminal = world.open()
  await terminal.waitFor('No agents yet')
  terminal.type('\x1b[17~') // f6
  await terminal.waitFor('nothing happened yet')
  expect(await world.botster('lua', '-e', "commands.dispatch({}, nil, { type = 'standup:settings' }).reminder")).toBe(
    'Coffee?\n',
  )
})

async function loaded(world: World): Promise<boolean> {
  const [plugin] = await world.json<{ state: string }[]>('plugin', 'list')
  return plugin?.state === 'loaded'
}
