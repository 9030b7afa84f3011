import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { World } from './harness/world.ts'

describe('starting', () => {
  test('one command in a repository opens the UI on the whole terminal', async () => {
    await using world = new World()
    const terminal = world.open()
    await terminal.waitFor('Agents (0)')
    expect(terminal.modes).toMatchObject({ alternateScreen: true, paste: true })
    expect(terminal.text()).toContain('ctrl+p')
  })

  test('keys start an agent in a worktree of its own, and what is typed reaches it', async () => {
    await using world = new World()
    const terminal = world.open()
    await terminal.waitFor('No agents yet')
    terminal.keys('ctrl+p')
    await terminal.waitFor('New agent')
    terminal.keys('enter')
    await terminal.waitFor('New branch')
    terminal.keys('enter')
    await terminal.waitFor('Name of the branch')
    terminal.type('feature/one\r')
    await terminal.waitFor('Command to run')
    terminal.type('sh\r')
    await terminal.waitFor('Prompt to type')
    terminal.keys('enter')
    await terminal.waitFor(/feature\/one \[AGENT/)
    terminal.type('echo "$((6*7)) in $(git branch --show-current) at $PWD"\r')
    await terminal.waitFor('42 in feature/one at ')
    const agent = await world.agent('feature/one')
    expect(agent).toMatchObject({ key: 'repo-feature-one', branch: 'feature/one', status: 'running' })
    expect(agent.worktree).toBe(join(world.worktreeBase, 'repo-feature-one'))
    expect(world.git('-C', agent.worktree!, 'status', '--porcelain')).toBe('')
  })

  test('the same hub is found from a subdirectory and from inside a worktree', async () => {
    await using world = new World()
    const agent = await world.newAgent('one', 'cat')
    const inside = join(world.repository, 'deep', 'down')
    mkdirSync(inside, { recursive: true })
    for (const cwd of [inside, agent.worktree!]) {
      const { stdout } = await world.run(['list', '--json'], { cwd })
      expect(JSON.parse(stdout)).toMatchObject([{ id: agent.id }])
    }
  })

  test('an agent finds its own hub', async () => {
    await using world = new World()
    await world.newAgent('one', `botster list --json | tr -d ' \\n' | cut -c 1-70; cat`)
    await world.screenOf('one', /"key":"repo-one"/)
  })

  test('it works without a repository', async () => {
    await using world = new World()
    const plain = join(world.directory, 'plain')
    mkdirSync(plain)
    const made = await world.run(['new', 'notes', '--no-worktree', '--cmd', 'pwd; cat', '--json'], { cwd: plain })
    expect(made).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(made.stdout)).toMatchObject({ name: 'notes', branch: null, worktree: null })
    const terminal = world.open([], { cwd: plain })
    await terminal.waitFor(plain)
  })

  test('any number of starts at once make one hub', async () => {
    await using world = new World()
    const outputs = await Promise.all(Array.from({ length: 6 }, () => world.run(['start', '--headless'])))
    for (const output of outputs) expect(output).toMatchObject({ status: 0, stderr: '' })
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1)
  })

  test('a hub that cannot start says why in the words of its log', async () => {
    await using world = new World()
    await world.botster('start', '--headless')
    await world.botster('stop', '--yes')
    const database = world.hubFile('hub.db')
    writeFileSync(database, 'this is no database')
    const { status, stderr } = await world.run(['start', '--headless'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^botster: the hub of .* did not start/)
    expect(stderr).toContain('hub.db')
    expect(stderr).toContain('log: ')
  })
})
