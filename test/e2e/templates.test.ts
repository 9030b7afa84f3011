import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../protocol/paths.ts'
import { World } from './harness/world.ts'

describe('The templates', () => {
  test.each(['attention', 'autoname', 'git-line'])('The tests of plugins/%s pass', async (name) => {
    await using world = new World()
    const directory = join(packageRoot(), 'templates/plugins', name)
    const { status, stdout, stderr } = await world.run(['plugin', 'test', directory])
    expect(stdout + stderr).toMatch(/[1-9]\d* passed, 0 failed\n$/)
    expect(status).toBe(0)
  })

  test('Are listed, installed without overwriting, and uninstalled without losing work', async () => {
    await using world = new World()
    expect(await world.botster('template', 'list')).toMatch(/^plugins\/attention +available +Tells you/m)
    const offered = async (verb: string) =>
      (await world.botster('complete', '--', 'template', verb, 'init/')).split('\t', 1)
    expect(await offered('install')).toEqual(['init/basic'])
    expect(await offered('uninstall')).toEqual([''])
    const installed = await world.botster('template', 'install', 'init/basic')
    expect(await offered('install')).toEqual([''])
    expect(await offered('uninstall')).toEqual(['init/basic'])
    const path = join(world.userDirectory, 'lua/user/init.lua')
    expect(installed).toBe(`${path}\n`)
    expect((await world.run(['lua', '-e', '1'])).status).toBe(0)
    await world.botster('start', '--headless')
    expect(await world.botster('lua', '-e', "commands.has('my:agents')")).toBe('true\n')
    expect((await world.run(['template', 'install', 'init/basic'])).stderr).toContain('nothing is overwritten')
    writeFileSync(path, `${readFileSync(path, 'utf8')}-- mine\n`)
    const refused = await world.run(['template', 'uninstall', 'init/basic'])
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--force deletes them') })
    expect(readFileSync(path, 'utf8')).toMatch(/-- mine\n$/)
    await world.botster('template', 'uninstall', 'init/basic', '--force')
    expect(existsSync(path)).toBe(false)
  })

  test('A session that was installed is there for the next agent, with a port of its own', async () => {
    await using world = new World()
    await world.botster('template', 'install', 'sessions/example')
    await world.newAgent('topic', 'cat')
    await world.screenOf('repo-topic', /This is the worktree of repo-topic; port \d+ is yours/, '--session', 'example')
  })

  test('The status line shows what git says about the agent one looks at, and its plugin can be switched off', async () => {
    await using world = new World()
    await world.botster('template', 'install', 'plugins/git-line')
    const agent = await world.newAgent('topic', 'cat')
    const terminal = world.open()
    await terminal.waitFor(/ topic {2}clean/)
    writeFileSync(join(agent.worktree!, 'new.txt'), 'x')
    await world.botster('lua', '-e', `hooks.notify('pty_prompt', { agent_id = '${agent.id}' })`)
    await terminal.waitFor(/ topic {2}\?1/)
    await world.botster('plugin', 'disable', 'git-line')
    await terminal.waitFor(() => !/ topic {2}\?1/.test(terminal.text()))
    terminal.keys('ctrl+q')
  })
})
