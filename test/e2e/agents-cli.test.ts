import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { World } from './harness/world.ts'

interface Survey {
  readonly worktrees: readonly { readonly path: string; readonly stale: boolean; readonly agent_key: string | null }[]
  readonly total_bytes: number
}

test('ports, worktrees and run-all tell of agents and their worktrees', async () => {
  await using world = new World()
  const one = await world.newAgent('one', 'sleep 1000')
  const two = await world.newAgent('two', 'sleep 1000')
  // Tests that run beside may hold these ports.
  await expect
    .poll(() => world.json('ports'))
    .toMatchObject([
      { agent: one.key, first: one.port, listening: [] },
      { agent: two.key, first: two.port, listening: [] },
    ])
  expect(await world.botster('ports')).toContain(one.slug)

  const ran = await world.json<{ agent: string; exit_code: number; output: string }[]>('run-all', 'echo "$PORT $(pwd)"')
  expect(ran.toSorted((a, b) => a.agent.localeCompare(b.agent)).map(({ output }) => output)).toEqual([
    `${one.port} ${one.worktree}\n`,
    `${two.port} ${two.worktree}\n`,
  ])
  writeFileSync(join(one.worktree!, 'wrong'), '')
  const failed = await world.run(['run-all', '[ ! -e wrong ]'])
  expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining('it failed in 1 of 2 worktrees') })

  await world.botster('kill', 'two')
  expect(await world.botster('worktrees')).toMatch(/2 worktrees, .* 1 stale; `botster worktrees clean` frees/)
  const { worktrees, total_bytes } = await world.json<Survey>('worktrees')
  expect(total_bytes).toBeGreaterThan(0)
  expect(worktrees.map(({ path, stale }) => [path, stale])).toEqual([
    [one.worktree, false],
    [two.worktree, true],
  ])
  expect((await world.run(['worktrees', 'clean'])).stderr).toContain('--yes')
  expect(await world.botster('worktrees', 'clean', '--yes', '--branches')).toContain('and the branch two')
  expect(world.git('branch', '--list', 'two')).toBe('')
})

test('new says what to do about a branch that is taken, and does it', async () => {
  await using world = new World()
  await world.newAgent('one', 'sleep 1000')
  const refused = await world.run(['new', 'one', '--cmd', 'sleep 1000'])
  expect(refused.stderr).toMatch(/already checked out in .*, where repo-one works[\s\S]*--reuse, --suffix/)
  expect(await world.botster('new', 'one', '--cmd', 'sleep 1000', '--suffix')).toContain('one-2')
  const missing = await world.run(['new', 'x', '--profile', 'gemini'], { env: { PATH: '/usr/bin:/bin' } })
  expect(missing.stderr).toContain('npm install -g @google/gemini-cli')
})

test('new shows what the setup of a worktree prints while it runs, and what to do when it fails', async () => {
  await using world = new World()
  const shared = join(world.userDirectory, 'shared')
  const go = join(world.directory, 'go')
  mkdirSync(shared)
  const waiting = `echo setting up $(basename "$PWD"); until [ -e '${go}' ]; do sleep 0.05; done; echo set up\n`
  writeFileSync(join(shared, 'workspace_setup'), waiting)
  const terminal = world.openShell({ cols: 120, rows: 30 })
  terminal.type('botster new one --cmd cat; echo "ended with $?"\n')
  await terminal.waitFor(/^setting up repo-one$/m)
  expect(terminal.text()).not.toContain('runs in')
  writeFileSync(go, '')
  await terminal.waitFor(/^set up\s*\nrepo-one runs in .*\nended with 0$/m)
  expect(JSON.parse(await world.botster('new', 'two', '--cmd', 'cat', '--json'))).toMatchObject({ key: 'repo-two' })

  writeFileSync(join(shared, 'workspace_setup'), 'echo no such part; exit 3\n')
  const { status, stderr } = await world.run(['new', 'three', '--cmd', 'cat'])
  expect(status).toBe(1)
  expect(stderr).toContain(`${join(shared, 'workspace_setup')} ended with 3: no such part`)
  expect(stderr).toContain('botster kill AGENT --delete-worktree')
  expect(await world.botster('screen', 'three', '--session', 'setup')).toContain('no such part')
  await world.botster('kill', 'three', '--delete-worktree')
})

test('kill shows what the teardown of a worktree prints while it runs, and says what to do when it fails', async () => {
  await using world = new World()
  const shared = join(world.userDirectory, 'shared')
  const go = join(world.directory, 'go')
  mkdirSync(shared)
  const script = join(shared, 'workspace_teardown')
  for (const name of ['one', 'two', 'three']) await world.newAgent(name, 'cat')
  writeFileSync(script, `echo dropping $BOTSTER_SLUG; until [ -e '${go}' ]; do sleep 0.05; done; echo dropped\n`)
  const terminal = world.openShell({ cols: 120, rows: 30 })
  terminal.type('botster kill one --delete-worktree; echo "ended with $?"\n')
  await terminal.waitFor(/^dropping \S+$/m)
  expect(terminal.text()).not.toContain('ended repo-one')
  writeFileSync(go, '')
  await terminal.waitFor(/^dropped\s*\nended repo-one\s*\ndeleted the worktree .*\nended with 0$/m)

  writeFileSync(script, 'echo nothing to drop\n')
  expect(await world.run(['kill', 'two', '--delete-worktree'])).toMatchObject({
    status: 0,
    stderr: 'nothing to drop\n',
  })

  writeFileSync(script, 'echo it is in use; exit 3\n')
  const refused = await world.run(['kill', 'three', '--delete-worktree'])
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain(`${script} ended with 3: it is in use`)
  expect(refused.stderr).toContain('botster screen AGENT --session teardown')
  const forced = await world.run(['kill', 'three', '--delete-worktree', '--force'])
  expect(forced.stdout).toMatch(/^ended repo-three\ndeleted the worktree .*\nits teardown failed: .* ended with 3/)
})

test('session adds and removes sessions, those of the profile as that says', async () => {
  await using world = new World()
  const server = join(world.userDirectory, 'shared/sessions/server')
  mkdirSync(server, { recursive: true })
  await world.newAgent('one', 'cat')
  writeFileSync(join(server, 'initialization'), 'echo serving on $PORT\n')
  writeFileSync(join(server, 'port_forward'), '')
  expect(await world.botster('session', 'list', 'one')).toMatch(/^SESSION .*\nagent .*\n\nto add: server, shell\n$/)
  expect(await world.botster('session', 'add', 'one', 'server')).toMatch(/^server runs in repo-one, on port \d+\n$/)
  const { sessions } = await world.json<{ sessions: { name: string; port: number | null }[] }>('session', 'list', 'one')
  const { port } = sessions.find(({ name }) => name === 'server')!
  await world.screenOf('one', new RegExp(`serving on ${port}`), '--session', 'server')
  expect(await world.json('session', 'add', 'one', 'tests', '--cmd', 'sleep 1000')).toMatchObject({ key: 'repo-one' })
  const names = async () => (await world.agent('one')).sessions.map(({ name }) => name)
  expect(await names()).toEqual(['agent', 'server', 'tests'])
  expect(await world.botster('session', 'remove', 'one', 'server')).toBe('ended server of repo-one\n')
  expect(await names()).toEqual(['agent', 'tests'])
  expect(await world.run(['session', 'remove', 'one', 'nothing'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("has no session 'nothing'"),
  })
  expect(await world.json('screen', 'one')).toMatchObject({ rows: 24, cols: 80, cursor: { x: 0, y: 0 } })
  expect(await world.json('kill', 'one')).toMatchObject({ agent_key: 'repo-one' })
})
