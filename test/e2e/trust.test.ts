import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

/** Writes files of the repository's `.botster`. */
function configure(world: World, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(world.repository, '.botster', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** A layout of a plugin that says who it is in the title of what stands on the right. */
const layout = (title: string) => `
  local before = render
  function render(state)
    local tree = before(state)
    tree.children[2].block.title = "${title}"
    return tree
  end`

const statusLine = async (world: World) => /^\.botster +(.*)$/m.exec(await world.botster('status'))?.[1]

describe('a repository with a .botster directory', () => {
  test('runs nothing for whoever opens it, lists what is there and starts agents in it', async () => {
    await using world = new World()
    const marker = join(world.directory, 'ran')
    const lua = `(io and io.open or error)("${marker}", "w")`
    configure(world, {
      'init.lua': lua,
      'shared/plugins/evil/init.lua': lua,
      'shared/plugins/evil/ui/layout.lua': layout('EVIL'),
      'profiles/evil/plugins/evil/ui/keybindings.lua': layout('EVIL'),
      'lua/ui/layout.lua': layout('EVIL'),
      'lua/ui/overlays.lua': layout('EVIL'),
      'lua/user/ui/evil.lua': layout('EVIL'),
      'lua/user/init.lua': lua,
      'lua/lib/agent.lua': lua,
      'lua/improvements/evil.lua': lua,
      'shared/sessions/agent/initialization': `touch ${marker}`,
      'shared/sessions/evil/initialization': `touch ${marker}`,
      'shared/workspace_setup': `touch ${marker}`,
      'shared/workspace_include': '*',
      'shared/workspace_teardown': `touch ${marker}`,
    })
    world.git('add', '--all', '--force')
    world.git('commit', '--quiet', '--message', 'Hostile')
    const terminal = world.open()
    await terminal.waitFor('This repository has a .botster directory')
    terminal.keys('enter') // what is chosen at first
    await terminal.waitFor('not trusted')
    await world.newAgent('visit', 'echo here; exec cat')
    await terminal.waitFor('here')
    await world.botster('list')
    expect(await statusLine(world)).toBe('not trusted, nothing of it is used (15 files): botster trust --show')
    await world.botster('kill', 'visit', '--delete-worktree')
    terminal.keys('ctrl+q')
    await terminal.exited
    const again = world.open()
    await again.waitFor('not trusted')
    expect(again.text()).not.toContain('This repository has') // it was told: not now
    expect(again.text()).not.toContain('EVIL')
    expect(existsSync(marker)).toBe(false)
  })

  test('can be looked through and trusted in the UI, and what changes afterwards is shown and does not run', async () => {
    await using world = new World()
    const marker = join(world.directory, 'ran')
    configure(world, {
      'shared/plugins/hello/init.lua': 'commands.register("hello", function() return "hello" end)\n',
      'shared/plugins/hello/ui/layout.lua': layout('THEIRS'),
      'lua/ui/agents.lua': readFileSync(join(import.meta.dirname, '../../lua/ui/agents.lua'), 'utf8'),
    })
    const terminal = world.open()
    await terminal.waitFor('shared/plugins/hello/init.lua')
    terminal.keys('down', 'down', 'down', 'down', 'enter')
    await terminal.waitFor('commands.register("hello"')
    terminal.keys('escape')
    await terminal.waitFor('Files (3)')
    terminal.keys('T')
    await terminal.waitFor("Trusted: the repository's configuration is in use.")
    await terminal.waitFor('THEIRS')
    expect(terminal.text()).not.toContain('.botster')
    expect(await world.botster('lua', '-e', 'return commands.has("hello")')).toBe('true\n')
    configure(world, {
      'shared/plugins/hello/init.lua': `io.open("${marker}", "w")\n`,
      'shared/plugins/hello/ui/layout.lua': layout('CHANGED'),
    })
    await terminal.waitFor('It has changed since you trusted it')
    await terminal.waitFor('~ shared/plugins/hello/init.lua')
    await terminal.waitFor('~ shared/plugins/hello/ui/layout.lua')
    terminal.keys('down', 'down', 'down', 'down', 'down', 'enter')
    await terminal.waitFor('- commands.register("hello"')
    expect(terminal.text()).toContain('+ io.open(')
    terminal.keys('escape')
    await terminal.waitFor('Files (3)')
    terminal.keys('n')
    await terminal.waitFor('THEIRS')
    await world.botster('restart')
    expect(await statusLine(world)).toContain('changed since it was trusted')
    expect(await world.botster('lua', '-e', 'return commands.has("hello")')).toBe('true\n')
    const other = world.open()
    await other.waitFor('THEIRS')
    expect(other.text()).not.toContain('CHANGED')
    expect(existsSync(marker)).toBe(false)
  })

  test('that is trusted always shows its changes as they are saved, until it is trusted no longer', async () => {
    await using world = new World()
    configure(world, { 'profiles/work/plugins/hello/ui/layout.lua': layout('FIRST') })
    const terminal = world.open()
    await terminal.waitFor('profiles/work/plugins/hello/ui/layout.lua')
    terminal.keys('A')
    await terminal.waitFor('FIRST')
    configure(world, { 'profiles/work/plugins/hello/ui/layout.lua': layout('SECOND') })
    await terminal.waitFor('SECOND')
    await world.botster('untrust')
    await terminal.waitFor('not trusted')
    await terminal.waitFor('No agents yet')
    expect(terminal.text()).not.toContain('SECOND')
    configure(world, { 'profiles/work/plugins/hello/ui/layout.lua': layout('THIRD') })
    await world.newAgent('one', 'echo seen; exec cat')
    await terminal.waitFor('seen')
    expect(terminal.text()).not.toContain('THIRD')
  })
})

describe('botster trust', () => {
  test('shows and trusts without a hub, and the next one begins with it', async () => {
    await using world = new World()
    expect((await world.run(['trust'])).stderr).toContain('nothing to trust')
    configure(world, { 'shared/plugins/hello/init.lua': 'commands.register("hello", function() end)\n' })
    const shown = await world.botster('trust', '--show')
    expect(shown).toContain('.botster: not trusted, nothing of it is used')
    expect(shown).toContain('shared/plugins/hello/init.lua (mode 644, 43 bytes)')
    expect(shown).toContain('    commands.register("hello", function() end)')
    const hash = /^hash (.*)$/m.exec(shown)![1]!
    configure(world, { 'shared/plugins/hello/more.lua': 'error("hostile")' })
    expect(await world.run(['trust', '--hash', hash])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/has changed since it was shown.*\n {2}botster trust --show/),
    })
    expect(await world.botster('trust')).toMatch(/^trusted what .*\.botster holds now: 2 files\n$/)
    expect(statSync(world.hubFile('trust.json')).mode & 0o777).toBe(0o600)
    await world.botster('start', '--headless')
    expect(await world.botster('lua', '-e', 'return commands.has("hello")')).toBe('true\n')
    expect(await world.json('status')).toMatchObject({
      repositoryConfig: { state: 'trusted', grade: 'content', files: 2 },
    })
  })

  test('is told to the hub that runs, which acts on it at once, and so is untrust', async () => {
    await using world = new World()
    configure(world, { 'shared/plugins/hello/init.lua': 'commands.register("hello", function() end)\n' })
    await world.botster('start', '--headless')
    const has = async (answer: string) => {
      const is = async () => (await world.botster('lua', '-e', 'return commands.has("hello")')) === `${answer}\n`
      await until(is, { what: `the plugin to be ${answer}` })
    }
    await has('false')
    expect(await world.botster('trust', '--always')).toContain('from now on, whatever it will hold')
    await has('true')
    expect(await statusLine(world)).toBe('trusted always (1 file)')
    expect(await world.botster('plugin', 'list')).toMatch(/^hello +loaded .* from the repository’s \.botster$/m)
    expect(await world.botster('complete', '--', 'plugin', 'disable', '')).toBe('hello\tplugin\n')
    expect(await world.botster('untrust')).toContain('is trusted no longer')
    await has('false')
    expect(await world.botster('untrust')).toContain('was not trusted')
  })

  test('--no-repo-config takes nothing of what is trusted, with a hub that starts and with one that runs', async () => {
    await using world = new World()
    configure(world, { 'shared/plugins/hello/ui/layout.lua': layout('THEIRS') })
    await world.botster('trust')
    const first = world.open(['--no-repo-config'])
    await first.waitFor('No agents yet')
    expect(await statusLine(world)).toBe('ignored until the hub ends (1 file)')
    first.keys('ctrl+q')
    await first.exited
    await world.botster('restart', '--no-repo-config')
    expect(await statusLine(world)).toBe('ignored until the hub ends (1 file)')
    await world.botster('restart')
    const second = world.open()
    await second.waitFor('THEIRS')
    const third = world.open(['attach', '--no-repo-config'])
    await third.waitFor('No agents yet')
    await second.waitFor((terminal) => !terminal.text().includes('THEIRS'))
    expect(await world.run(['--no-repo-config', 'list'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--no-repo-config says nothing to 'list'"),
    })
  })
})
