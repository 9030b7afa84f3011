import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlive } from './harness/processes.ts'
import { until } from './harness/until.ts'
import { World } from './harness/world.ts'

describe('the command line with a hub', () => {
  test('list --json has the documented shape', async () => {
    await using world = new World()
    const made = await world.newAgent('feature/x', 'cat', '--name', 'the x')
    const listed = await world.agents()
    expect(listed).toEqual([
      {
        key: 'repo-feature-x',
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
        name: 'the x',
        branch: 'feature/x',
        worktree: join(world.worktreeBase, 'repo-feature-x'),
        status: 'running',
        state: expect.stringMatching(/^(starting|idle)$/),
        state_since: expect.any(Number),
        state_reason: expect.any(String),
        state_question: null,
        sessions: [
          {
            id: `${made.id}/agent`,
            name: 'agent',
            pid: expect.any(Number),
            cols: expect.any(Number),
            rows: expect.any(Number),
            title: expect.any(String),
            port: null,
          },
        ],
        slug: expect.stringMatching(/^repo_feature_x_[0-9a-f]{4}$/),
        port: expect.any(Number),
        created_at: expect.any(Number),
      },
    ])
    expect(made.id).toBe(listed[0]!.id)
    expect(Math.abs(Date.now() - listed[0]!.created_at)).toBeLessThan(60_000)
    expect(isAlive(listed[0]!.sessions[0]!.pid)).toBe(true)
  })

  test('status --json has the documented shape, and the command itself is no client', async () => {
    await using world = new World()
    await world.newAgent('x', 'cat')
    expect(await world.status()).toEqual({
      hub: { pid: expect.any(Number), version: expect.stringMatching(/^\d+\.\d+\.\d+/), uptime: expect.any(Number) },
      ptyhost: { pid: expect.any(Number), sessions: 1 },
      clients: 0,
      agents: 1,
      repositoryConfig: { path: join(world.repository, '.botster'), state: 'none', files: 0 },
      errors: [],
    })
  })

  test('an agent is found by key, by name, and by the unique beginning of either', async () => {
    await using world = new World()
    await world.newAgent('alpha', 'echo this is alpha; cat')
    await world.newAgent('alps', 'echo this is alps; cat', '--name', 'mountains')
    for (const word of ['repo-alpha', 'alpha', 'alph']) await world.screenOf(word, /this is alpha/)
    for (const word of ['repo-alps', 'mountains', 'mount']) await world.screenOf(word, /this is alps/)
    const ambiguous = await world.run(['screen', 'repo-al'])
    expect(ambiguous.status).toBe(1)
    expect(ambiguous.stderr).toContain('repo-alpha')
    expect(ambiguous.stderr).toContain('repo-alps')
    const unknown = await world.run(['screen', 'beta'])
    expect(unknown.status).toBe(1)
    expect(unknown.stderr).toMatch(/^botster: .*beta/)
    expect(unknown.stderr).toContain('alpha')
  })

  test('send types exactly what it is given, and Enter only when told', async () => {
    await using world = new World()
    await world.newAgent('raw', "stty raw -echo; printf 'ready\\r\\n'; cat -v")
    await world.screenOf('raw', /^ready$/m)
    await world.botster('send', 'raw', 'one', 'two  three')
    await world.screenOf('raw', /^one two {2}three$/m)
    await world.botster('send', 'raw', '--enter', '--', '--four')
    await world.screenOf('raw', /^one two {2}three--four\^M$/m)
    const { status } = await world.run(['send', 'raw', '-'], { input: 'five\n' })
    expect(status).toBe(0)
    await world.screenOf('raw', /four\^Mfive$/m)
  })

  test('screen prints the screen, lines above it, and colours when asked', async () => {
    await using world = new World()
    await world.newAgent('paint', "seq 1 100; printf '\\033[31mred\\033[0m end\\n'; cat")
    const plain = await world.screenOf('paint', /^red end$/m)
    expect(plain).not.toContain('\x1b')
    expect(plain).not.toMatch(/^1$/m)
    expect(await world.botster('screen', 'paint', '--history', '1000')).toMatch(/^1\n2\n3\n[\s\S]*\n100\nred end\n/)
    expect(await world.botster('screen', 'paint', '--history', '5')).not.toMatch(/^50$/m)
    expect(await world.botster('screen', 'paint', '--ansi')).toMatch(/\x1b\[[\d;]*31[\d;]*mred/)
  })

  test('rename changes the name and nothing else', async () => {
    await using world = new World()
    const {
      state_since: _since,
      state_reason: _reason,
      state: _state,
      ...before
    } = await world.newAgent('plain', 'cat')
    await world.botster('rename', 'plain', 'fancy name')
    expect(await world.agents()).toMatchObject([{ ...before, name: 'fancy name', sessions: [{ name: 'agent' }] }])
    await world.botster('screen', 'fancy')
  })

  test('kill ends the whole process group', async () => {
    await using world = new World()
    const agent = await world.newAgent('tree', 'sleep 1000 & echo "child $!"; trap "" TERM; cat')
    const shown = await world.screenOf('tree', /child (\d+)/)
    const child = Number(/child (\d+)/.exec(shown)![1])
    await world.botster('kill', 'tree')
    await until(() => !isAlive(child) && !isAlive(agent.sessions[0]!.pid), { what: 'the whole group to be gone' })
  })

  test('an agent has the environment of the command that made it, without its terminal', async () => {
    await using world = new World()
    const env = { MY_KEY: 'secret', TMUX: '/tmp/tmux', TERM_PROGRAM: 'other', TERM: 'weird' }
    await world.run(['start', '--headless'], { env: { MY_KEY: 'stale' } })
    const show = 'echo "[$MY_KEY][$TMUX][$TERM_PROGRAM][$TERM][$COLORTERM][$BOTSTER_AGENT_KEY]"; cat'
    const made = await world.run(['new', 'env', '--cmd', show], { env })
    expect(made).toMatchObject({ status: 0, stderr: '' })
    await world.screenOf('env', /^\[secret\]\[\]\[\]\[xterm-256color\]\[truecolor\]\[repo-env\]$/m)
  })

  test('stop says what would die, and ends nothing unless it is told to', async () => {
    await using world = new World()
    const agent = await world.newAgent('precious', 'cat')
    const refused = await world.run(['stop'])
    expect(refused.status).toBe(1)
    expect(refused.stdout).toContain('repo-precious')
    expect(refused.stderr).toContain('--yes')
    const terminal = world.open(['stop'])
    await terminal.waitFor(/repo-precious[\s\S]*Stop them/)
    terminal.type('n\r')
    expect((await terminal.exited).code).toBe(1)
    expect(isAlive(agent.sessions[0]!.pid)).toBe(true)
    const { hub, ptyhost } = await world.status()
    await world.botster('stop', '--yes')
    await until(() => ![hub.pid, ptyhost!.pid, agent.sessions[0]!.pid].some(isAlive), { what: 'everything to end' })
    expect((await world.run(['status'])).status).toBe(1)
    expect(world.git('worktree', 'list')).toContain('repo-precious')
  })

  test('stop also ends the UI that is open elsewhere, which does not start the hub again', async () => {
    await using world = new World()
    await world.newAgent('work', 'cat')
    const terminal = world.open(['attach'])
    await terminal.waitFor(/work \[AGENT/)
    await world.botster('stop', '--yes')
    expect((await terminal.exited).code).toBe(0)
    expect(terminal.text()).toContain('The hub was stopped')
    expect(terminal.modes.alternateScreen).toBe(false)
    expect((await world.run(['status'])).status).toBe(1)
  })

  test('attach does not start a hub where none runs', async () => {
    await using world = new World()
    const terminal = world.open(['attach'])
    expect((await terminal.exited).code).toBe(1)
    expect(terminal.text()).toContain('no hub runs')
    expect(terminal.modes.alternateScreen).toBe(false)
  })

  test('completion offers the agents of the moment', async () => {
    await using world = new World()
    await world.newAgent('alpha', 'cat')
    expect(await world.botster('complete', '--', 'send', '')).toMatch(/^alpha\t[\s\S]*^repo-alpha\t/m)
  })

  test('output into a pipe that nobody reads ends quietly', async () => {
    await using world = new World()
    await world.newAgent('alpha', 'cat')
    const shell = world.openShell()
    await shell.waitFor('$ ')
    shell.type('botster list | true; echo "$PIPESTATUS done"\r')
    await shell.waitFor(/^0 done/m)
    expect(shell.text()).not.toMatch(/EPIPE|Error/)
  })

  test('doctor finds nothing to complain about on a healthy machine', async () => {
    await using world = new World()
    const { status, stdout } = await world.run(['doctor'])
    expect(stdout).not.toMatch(/^fail/m)
    expect(status).toBe(0)
    const terminal = world.open(['doctor'])
    expect((await terminal.exited).code).toBe(0)
    expect(terminal.text()).toMatch(/ok +terminal +xterm-256color, 16 million colours/)
  })
})
