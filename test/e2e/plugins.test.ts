import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

interface Plugin {
  readonly name: string
  readonly state: string
  readonly error: string | null
  readonly owns: { readonly commands: string[] } | null
}

const put = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
const states = async (world: World) =>
  Object.fromEntries((await world.json<Plugin[]>('plugin', 'list')).map(({ name, state }) => [name, state]))

describe('botster plugin', () => {
  test('new makes a plugin whose tests pass, that the hub loads, and never overwrites', async () => {
    await using world = new World()
    const directory = (await world.botster('plugin', 'new', 'hello')).trim()
    expect(directory).toBe(join(world.userDirectory, 'shared/plugins/hello'))
    expect(await world.run(['plugin', 'test', 'hello'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('3 passed, 0 failed'),
    })
    await world.botster('start', '--headless')
    expect(await world.json<Plugin[]>('plugin', 'list')).toMatchObject([
      { name: 'hello', state: 'loaded', version: '0.1.0', error: null, owns: { commands: ['hello:greet'] } },
    ])
    expect(await world.run(['plugin', 'new', 'hello'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is there already, and nothing is overwritten'),
    })
    expect(await world.run(['plugin', 'new', '../x'])).toMatchObject({ status: 2 })
  })

  test('disable and enable hold with and without a hub, and the doctor says why something fails', async () => {
    await using world = new World()
    const broken = join(world.userDirectory, 'shared/plugins/broken/init.lua')
    await world.botster('plugin', 'new', 'hello')
    await world.botster('plugin', 'disable', 'hello')
    expect(await states(world)).toEqual({ hello: 'disabled' })
    put(broken, '-- one\nlocal x = nil .. "y"\n')
    await world.botster('start', '--headless')
    expect(await states(world)).toEqual({ broken: 'failed', hello: 'disabled' })
    await world.botster('plugin', 'enable', 'hello')
    expect(await states(world)).toEqual({ broken: 'failed', hello: 'loaded' })
    const { status, stdout } = await world.run(['plugin', 'doctor'])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^error {4}broken: .*broken\/init\.lua:2: attempt to concatenate/m)
    expect(stdout).toMatch(/^ok {7}hello: loaded; it has 1 command, 1 hook$/m)
    put(broken, 'return {}')
    await world.botster('plugin', 'reload', 'broken')
    expect((await world.run(['plugin', 'doctor'])).status).toBe(0)
    expect((await world.run(['plugin', 'disable', 'nobody'])).stderr).toContain("no plugin 'nobody': there are broken")
  })

  test('test says what failed, with file and line, and ends with 1', async () => {
    await using world = new World()
    const plugin = join(world.directory, 'odd-one')
    put(
      join(plugin, 'init.lua'),
      `commands.register('odd', function(_, _, command) return { twice = command.n * 2 } end)
       hooks.on('ping', 'p', function() error('ping went wrong') end)
       return { answer = 42 }`,
    )
    put(join(plugin, 'ui/layout.lua'), 'function render( end')
    put(
      join(plugin, 'odd_test.lua'),
      `local order = {}
before_each(function() order[#order + 1] = 'outer' end)
describe('odd', function()
  before_each(function() order[#order + 1] = 'inner' end)
  after_each(function() order = {} end)
  it('doubles', function() expect(run_command('odd', { n = 4 })).to_equal({ twice = 8 }) end)
  it('has hooks run in order', function() expect(order).to_equal({ 'outer', 'inner' }) end)
  it('fails', function()
    expect({ a = 1, 'x' }).to_equal({ a = 2, 'x' })
  end)
  it('waits', function() local n = 0 timer.after(0.05, function() n = 1 end) wait_until(function() return n == 1 end) end)
  it('has its module', function() expect(plugin.module.answer).to_be(42) print('printed') end)
  it('never ends', function() while true do end end)
  it('causes a report', function() hooks.notify('ping') end)
  skip('is for later', function() end)
end)`,
    )
    put(join(plugin, 'syntax_test.lua'), 'it("x", function(')
    const { status, stdout, stderr } = await world.run(['plugin', 'test', plugin])
    expect(status).toBe(1)
    expect(stderr).toBe('printed\n')
    expect(stdout).toMatch(/✗ layout\.lua compiles\n +.*odd-one\/ui\/layout\.lua:1: /)
    expect(stdout).toMatch(/✗ odd fails\n +.*odd_test\.lua:9: expected \{ "x", a = 1 \} to equal \{ "x", a = 2 \}/)
    expect(stdout).toMatch(/✗ odd never ends.*\n +.*odd_test\.lua:13: /)
    expect(stdout).toMatch(/✗ \(loading the file\)\n +.*syntax_test\.lua:1: /)
    expect(stdout).toMatch(/✗ an error was reported while the tests ran\n +.*init\.lua:2: ping went wrong/)
    expect(stdout).toMatch(/5 passed, 5 failed, 1 skipped\n$/)
    const json = await world.run(['plugin', 'test', plugin, '--json', '--only', 'doubles'])
    expect(JSON.parse(json.stdout)).toMatchObject({ plugin: 'odd-one', passed: 1, failed: 2, skipped: 0 })
    expect(existsSync(join(world.userDirectory, 'installed.json'))).toBe(false)
    expect(await world.run(['list'])).toMatchObject({ stdout: '' })
  })
})

test('A plugin that requires another is tested with it', async () => {
  await using world = new World()
  const [one, two] = ['one', 'two'].map((name) => join(world.directory, name)) as [string, string]
  put(join(one, 'init.lua'), "return { word = 'from one', _plugin = { version = '1.3' } }")
  put(join(two, 'init.lua'), "return { one = require('plugin.one'), _plugin = { requires = { one = '>= 1.2' } } }")
  put(join(two, 'a_test.lua'), "it('has it', function() expect(plugin.module.one.word).to_be('from one') end)")
  expect((await world.run(['plugin', 'test', two])).stdout).toContain("module 'plugin.one' not found")
  expect(await world.run(['plugin', 'test', two, '--with', one])).toMatchObject({ status: 0 })
})

describe('botster plugin install', () => {
  /** A repository with a plugin at two commits, the second one broken. @returns its URL and the first commit */
  const makeSource = (world: World) => {
    const source = join(world.directory, 'source', 'greeter')
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: source, env: world.env, encoding: 'utf8', stdio: 'pipe' }).trim()
    put(join(source, 'init.lua'), "commands.register('greet', function() return {} end)")
    put(join(source, 'README.md'), 'greets')
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'Greets')
    git('tag', 'v1')
    const commit = git('rev-parse', 'HEAD')
    put(join(source, 'init.lua'), 'error("a later version")')
    git('commit', '--quiet', '--all', '--message', 'Later')
    return { source, url: `file://${source}`, commit }
  }

  test('takes one commit, says so, writes nothing without consent, and overwrites nothing', async () => {
    await using world = new World()
    const { url, commit } = makeSource(world)
    const asked = await world.run(['plugin', 'install', url, '--ref', 'v1'])
    expect(asked.status).toBe(1)
    expect(asked.stderr).toContain('say --yes to go ahead')
    expect(existsSync(join(world.userDirectory, 'shared'))).toBe(false)
    const shown = await world.botster('plugin', 'install', url, '--ref', 'v1', '--yes')
    expect(shown).toContain(`commit  ${commit} `)
    expect(shown).toMatch(/init\.lua, 5\d bytes/)
    const record = JSON.parse(readFileSync(join(world.userDirectory, 'installed.json'), 'utf8'))
    expect(record.installed).toMatchObject([{ kind: 'plugin', name: 'shared/plugins/greeter', source: url, commit }])
    expect(readFileSync(join(world.userDirectory, 'shared/plugins/greeter/init.lua'), 'utf8')).toContain('greet')
    expect(existsSync(join(world.userDirectory, 'shared/plugins/greeter/.git'))).toBe(false)
    expect(await world.run(['plugin', 'install', url, '--yes'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nothing is overwritten'),
    })
  })

  test('uninstall deletes it, but nothing that is its user’s', async () => {
    await using world = new World()
    const { source } = makeSource(world)
    await world.botster('plugin', 'install', source, '--name', 'mine', '--yes')
    const directory = join(world.userDirectory, 'shared/plugins/mine')
    put(join(directory, 'notes.txt'), 'my own')
    const refused = await world.run(['plugin', 'uninstall', 'mine', '--yes'])
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('yours or were changed since: shared/plugins/mine/notes.txt')
    rmSync(join(directory, 'notes.txt'))
    await world.botster('plugin', 'uninstall', 'mine', '--yes')
    expect(existsSync(directory)).toBe(false)
    await world.botster('plugin', 'new', 'own')
    expect((await world.run(['plugin', 'uninstall', 'own', '--yes'])).status).toBe(1)
    await world.botster('plugin', 'uninstall', 'own', '--yes', '--force')
    expect(await states(world)).toEqual({})
    put(join(world.userDirectory, 'disabled_plugins'), 'mine\n')
    const again = await world.run(['plugin', 'install', source, '--name', 'mine', '--yes'])
    expect(again.stderr).toContain('which is switched off: `botster plugin enable mine` loads it')
  })

  test('refuses sources that git might take for something else, links, and what is no plugin', async () => {
    await using world = new World()
    const { url } = makeSource(world)
    const mark = join(world.directory, 'ran')
    for (const source of [
      `ext::sh -c touch% ${mark}`,
      `--upload-pack=touch ${mark}`,
      `ssh://-oProxyCommand=touch ${mark}/x`,
      `x@-oProxyCommand=touch:${mark}`,
      'http://example.org/x.git',
      'git://example.org/x.git',
      'fd::17',
    ]) {
      const { status } = await world.run(['plugin', 'install', '--yes', '--name', 'x', '--', source])
      expect([source, status]).toEqual([source, 2])
    }
    for (const ref of ['--upload-pack=touch', '+HEAD:refs/heads/x', 'a b']) {
      expect((await world.run(['plugin', 'install', url, '--yes', `--ref=${ref}`])).status).toBe(2)
    }
    const linked = join(world.directory, 'linked')
    put(join(linked, 'init.lua'), '')
    symlinkSync('/etc/passwd', join(linked, 'more.lua'))
    expect((await world.run(['plugin', 'install', linked, '--yes'])).stderr).toContain('more.lua is a symbolic link')
    expect((await world.run(['plugin', 'install', world.repository, '--yes'])).stderr).toContain('neither init.lua nor')
    expect((await world.run(['plugin', 'install', join(world.directory, 'nowhere'), '--yes'])).stderr).toContain(
      'no dir',
    )
    expect((await world.run(['plugin', 'install', url, '--yes', '--ref', 'v9'])).stderr).toMatch(/v9/)
    expect(existsSync(mark)).toBe(false)
    expect(existsSync(join(world.userDirectory, 'shared'))).toBe(false)
  })
})

describe('botster eject and botster diff', () => {
  test('copy a shipped file for editing, refuse to overwrite it, and show the difference', async () => {
    await using world = new World()
    expect(await world.botster('eject')).toContain('\n  ui/layout.lua\n')
    const path = (await world.botster('eject', 'ui/layout.lua')).trim()
    expect(path).toBe(join(world.userDirectory, 'lua/ui/layout.lua'))
    expect((await world.run(['diff'])).stderr).toBe('no differences\n')
    put(path, `${readFileSync(path, 'utf8')}-- mine\n`)
    const difference = await world.botster('diff')
    expect(difference).toMatch(/^\+-- mine$/m)
    expect(difference).toContain(`\n+++ ${path}\n`)
    expect(await world.botster('diff', '--names')).toBe('ui/layout.lua\n')
    expect(await world.botster('eject')).toContain('\n* ui/layout.lua\n')
    expect(await world.run(['eject', 'ui/layout.lua'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nothing is overwritten'),
    })
    expect(readFileSync(path, 'utf8')).toMatch(/-- mine\n$/)
    expect((await world.run(['eject', '../../etc/passwd'])).stderr).toContain('botster ships no file')
    expect((await world.run(['eject', 'layout'])).stderr).toMatch(/perhaps .*ui\/layout\.lua/)
    expect((await world.run(['diff', 'ui/actions.lua'])).stderr).toContain("botster's own counts")

    const elsewhere = { env: { BOTSTER_LUA_PATH: join(world.directory, 'my-lua') } }
    expect((await world.run(['eject', 'ui/layout.lua'], elsewhere)).stdout.trim()).toBe(
      join(world.directory, 'my-lua/ui/layout.lua'),
    )
    expect((await world.run(['diff'], elsewhere)).stderr).toBe('no differences\n')
  })

  test('A file whose original has changed since it was copied is said to be outdated', async () => {
    await using world = new World()
    const path = (await world.botster('eject', 'lib/list.lua')).trim()
    put(path, 'return function(items) return items or {} end')
    const record = join(world.userDirectory, 'installed.json')
    writeFileSync(record, readFileSync(record, 'utf8').replace(/[0-9a-f]{64}/, '0'.repeat(64)))
    const { status, stderr } = await world.run(['diff', 'lib/list.lua'])
    expect(status).toBe(0)
    expect(stderr).toContain("lib/list.lua: botster's own has changed since you made yours from it")
  })
})

test('A plugin that is installed while the hub runs is loaded, and one that is uninstalled ends', async () => {
  await using world = new World()
  await world.botster('start', '--headless')
  const source = join(world.directory, 'late')
  put(join(source, 'init.lua'), "commands.register('late', function() return {} end)")
  await world.botster('plugin', 'install', source, '--yes')
  await until(async () => (await states(world)).late === 'loaded', { what: 'the plugin' })
  await world.botster('plugin', 'uninstall', 'late', '--yes')
  await until(async () => (await world.run(['lua', '-e', "commands.has('late')"])).stdout === 'false\n', {
    what: 'its end',
  })
})
