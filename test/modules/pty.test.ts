import { afterAll, beforeAll, expect, test } from 'vitest'
import { hubModuleDescriptions } from '../../hub/modules/index.ts'
import { makeWorld, until, type World } from '../hub/lua/world.ts'
import { expectExamplesToRunIn } from './support/examples.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** Runs `body` with `handle`, a program in a terminal, and ends that. */
const withTerminal = <T>(config: string, body: string) =>
  world.eval<T>(`
    local handle = pty.spawn(${config})
    local function wait_for(text)
      repeat runtime.sleep(0.02) until handle:get_screen():find(text, 1, true)
    end
    local ok, result = pcall(function() ${body} end)
    handle:kill(0.1)
    handle:release()
    if not ok then error(result, 0) end
    return result`)

test('pty.spawn: runs a program in a terminal of its own, with the environment it is given', async () => {
  const text = await withTerminal<string>(
    '{ command = "/bin/sh", port = 8123, env = { FOO = "b a r" }, init_commands = { "echo $FOO-$PORT-$BOTSTER_HUB_ID" } }',
    'wait_for("8123-") return handle:get_screen()',
  )
  expect(text).toContain(`b a r-8123-${world.hub.id}`)
})

test('pty.spawn: starts what it is told with arguments, in a directory and a size of its own', async () => {
  const text = await withTerminal<string>(
    `{ cmd = "/bin/sh", args = { "-c", 'pwd; echo "$1|$(stty size)"; sleep 100', "name", "two words" }, cwd = "/",
       rows = 12, cols = 34 }`,
    'wait_for("two words|") return handle:get_screen()',
  )
  expect(text.trimEnd()).toBe('/\ntwo words|12 34')
})

test('pty.spawn: says by an event when the program has ended', async () => {
  await world.eval(`
    ended = nil
    events.on("process_exited", function(event) ended = event end)
    pty.spawn{ cmd = { "/bin/sh", "-c", "exit 4" }, session_name = "brief" }`)
  const event = await until(() => world.eval('return ended'), 'the event')
  expect(event).toMatchObject({ session_name: 'brief', exit_code: 4 })
})

test('pty.spawn: raises when the program cannot start, and names a wrong option', async () => {
  await expect(world.eval('pty.spawn{ cmd = "/bin/sh", cwd = "/does/not/exist" }')).rejects.toThrow(
    '/does/not/exist is not a directory',
  )
  await expect(world.eval('pty.spawn{ cmd = "no-such-program" }')).rejects.toThrow(
    'no-such-program was not found, or cannot be executed',
  )
  for (const [config, problem] of [
    ['{ cmd = "x", rows = "many" }', '(rows: number expected, got string)'],
    ['{ cmd = "x", rows = 0 }', '(rows: 1 or more expected, got 0)'],
    ['{ cmd = "x", cols = 1.5 }', '(cols: integer expected, got 1.5)'],
    ['{ cmd = 5 }', '(cmd: string or list expected, got 5)'],
    ['{ cmd = "x", env = { A = true } }', '(env.A: string expected, got boolean)'],
    ['{ cmdd = "x" }', "(unknown option 'cmdd': expected one of cmd, command, args, cwd, worktree_path, env,"],
  ]) {
    await expect(world.eval(`pty.spawn${config}`)).rejects.toThrow(`bad argument #1 to 'pty.spawn' ${problem}`)
  }
  await expect(world.eval('pty.spawn("sh")')).rejects.toThrow(
    "bad argument #1 to 'pty.spawn' (table expected, got string)",
  )
})

test('pty.get, pty.list, pty:session_id and pty:info: find a session again and tell what is known of it', async () => {
  const found = await withTerminal<unknown[]>(
    '{ cmd = { "/bin/sleep", "100" }, rows = 7, cols = 33 }',
    `local id = handle:session_id()
     local listed
     for _, session in ipairs(pty.list()) do if session.session_id == id then listed = session end end
     local info = handle:info()
     return { pty.get(id) == handle, pty.get("nobody/agent") == nil, listed.pid == info.pid, info.rows, info.cols, info.exit == nil }`,
  )
  expect(found).toEqual([true, true, true, 7, 33, true])
})

test('pty.environment: is what a session would get', async () => {
  const env = await world.eval<Record<string, string>>('return pty.environment{ agent_key = "k", port = 8080 }')
  expect(env).toMatchObject({ BOTSTER_HUB_ID: world.hub.id, BOTSTER_AGENT_KEY: 'k', PORT: '8080' })
  await expect(world.eval('pty.environment{ port = "x" }')).rejects.toThrow(
    "bad argument #1 to 'pty.environment' (port",
  )
})

test('pty:write, pty:get_screen, pty:get_scrollback and pty:get_snapshot: keys go in, and what it shows comes out', async () => {
  const seen = await withTerminal<Record<string, string>>(
    `{ cmd = { "/bin/sh", "-c", "stty -echo; for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; read x; printf '\\\\033[31mgot %s' \\"$x\\"; sleep 100" }, rows = 5, cols = 40 }`,
    `wait_for("line 9")
     handle:write("a key\\r")
     wait_for("got a key")
     local snapshot = handle:get_snapshot{ ansi = true, history = 3 }
     return { screen = handle:get_screen(), scrollback = handle:get_scrollback(100), ansi = snapshot.ansi or snapshot.text,
       text = snapshot.text, cursor = snapshot.cursor.x .. "," .. snapshot.rows .. "x" .. snapshot.cols }`,
  )
  expect(seen.screen).toContain('got a key')
  expect(seen.screen).not.toContain('line 1\n')
  expect(seen.scrollback).toContain('line 1\n')
  expect(seen.ansi).toContain('\u001b[31m')
  expect(seen.cursor).toBe('9,5x40')
})

test('pty:resize, pty:dimensions, pty:is_alive, pty:port and pty:cursor_visible: ask and change what there is', async () => {
  const answers = await withTerminal<unknown[]>(
    '{ cmd = { "/bin/sh", "-c", "printf \'\\\\033[?25lhidden\'; sleep 100" }, rows = 10, cols = 40, port = 8200 }',
    `wait_for("hidden")
     local rows, cols = handle:dimensions()
     local resized = handle:resize(12, 50)
     local snapshot = handle:get_snapshot()
     return { rows, cols, resized, snapshot.rows, snapshot.cols, handle:is_alive(), handle:port(), handle:cursor_visible() }`,
  )
  expect(answers).toEqual([10, 40, true, 12, 50, true, 8200, false])
})

test('pty:kill and pty:release: end a program, and forget it', async () => {
  const answers = await world.eval<unknown[]>(`
    local handle = pty.spawn{ cmd = { "/bin/sh", "-c", "trap '' TERM; while true; do sleep 0.1; done" } }
    local early, message, err = handle:release()
    assert(err.kind == 'running')
    local exit = handle:kill(0.1)
    local alive, id = handle:is_alive(), handle:session_id()
    local released = handle:release()
    local again, unknown = handle:get_screen()
    return { early == nil, message, exit.signal ~= nil, alive, released, pty.get(id) == nil, again == nil, unknown, handle:port() == nil }`)
  expect(answers).toEqual([
    true,
    expect.stringContaining('run'),
    true,
    false,
    true,
    true,
    true,
    expect.stringMatching(/session/),
    true,
  ])
})

test('pty:kill, pty:resize, pty:release, pty:get_screen, pty:get_snapshot, pty:get_scrollback, pty:cursor_visible, pty:inject: say when the ptyhost does not know the session any more', async () => {
  const calls = ['kill()', 'resize(5, 5)', 'release()', 'get_screen()', 'get_snapshot()', 'get_scrollback()']
  calls.push('cursor_visible()', 'inject("x")')
  const kinds = await world.eval<string[]>(`
    local handle = pty.spawn{ cmd = "true" }
    handle:kill(0.1)
    handle:release()
    local kinds = {}
    for i, call in ipairs({ ${calls.map((call) => `function() return handle:${call} end`).join(', ')} }) do
      local value, message, err = call()
      kinds[i] = value == nil and message:find(handle:session_id(), 1, true) and err.kind
    end
    return kinds`)
  expect(kinds).toEqual(calls.map(() => 'unknown_session'))
})

test('pty:resize, pty:inject, pty:send_message: say what cannot be done', async () => {
  const refusals = await world.eval<unknown[]>(`
    local handle = pty.spawn{ cmd = "cat" }
    local function refusal(value, message, err) return { value == nil, err.kind, message } end
    local results = { refusal(handle:resize(0, 5)), refusal(handle:send_message(" \\n")) }
    handle:kill(0.1)
    results[3] = refusal(handle:inject("x"))
    results[4] = refusal(handle:send_message("x"))
    handle:release()
    results[5] = refusal(handle:send_message("x"))
    return results`)
  expect(refusals).toEqual([
    [true, 'bad_params', expect.stringContaining('rows')],
    [true, 'bad_request', 'the prompt is empty'],
    [true, 'refused', expect.any(String)],
    [true, 'refused', expect.any(String)],
    [true, 'no_session', 'the terminal is gone'],
  ])
})

test('pty:send_message: is typed as one piece and submitted; refused when the program has ended', async () => {
  const shown = await withTerminal<string>(
    `{ cmd = { "/bin/sh", "-c", "read x; echo got: $x; sleep 100" } }`,
    'local how = handle:send_message("run the tests") wait_for("got: run the tests") return how',
  )
  expect(shown).toBe('submitted')
  const refused = await world.eval<unknown[]>(`
    local handle = pty.spawn{ cmd = { "/bin/sh", "-c", "exit 0" } }
    repeat runtime.sleep(0.02) until not handle:is_alive()
    local how, message = handle:send_message("x")
    handle:release()
    return { how == nil, message }`)
  expect(refused).toEqual([true, expect.any(String)])
})

test('pty:inject: types one piece without a look at the screen, and can leave out Enter', async () => {
  const shown = await withTerminal<string>(
    `{ cmd = { "/bin/sh", "-c", "read x; echo got: $x; sleep 100" } }`,
    `handle:inject("run ", { submit = false })
     local how = handle:inject("it", { from = { kind = "agent", name = "other" } })
     wait_for("got: run it")
     return how`,
  )
  expect(shown).toBe('submitted')
  await expect(withTerminal('{ cmd = "sleep 9" }', 'handle:inject({})')).rejects.toThrow(
    "bad argument #1 to 'pty:inject' (string expected, got table)",
  )
})

test('pty:foreground: is the program that the keys go to, and its processor time', async () => {
  const found = await withTerminal<unknown[]>(
    '{ cmd = { "/bin/sh", "-i" } }',
    `repeat runtime.sleep(0.02) until handle:get_screen():find("[$#]")
     local shell = handle:foreground()
     handle:write("sleep 99\\r")
     local command
     repeat runtime.sleep(0.02) command = handle:foreground() until not command.is_leader and command.argv[1] == "sleep"
     return { shell.is_leader, shell.pid == handle:info().pid, command.argv, command.cpu >= 0 }`,
  )
  expect(found).toEqual([true, true, ['sleep', '99'], true])
  expect(await world.eval('local h = pty.spawn{ cmd = "true" } h:kill() return h:foreground() == nil')).toBe(true)
})

test('pty:write: a handle that is none, and data that is none, are named', async () => {
  await expect(world.eval('local h = pty.spawn{ cmd = "sleep 9" } h.write("x")')).rejects.toThrow(
    "calling 'pty:write' on bad self",
  )
  await expect(withTerminal('{ cmd = "sleep 9" }', 'handle:write({})')).rejects.toThrow(
    "bad argument #1 to 'pty:write' (string expected, got table)",
  )
})

test('The examples of the reference run', async () => {
  const { functions, handles } = hubModuleDescriptions().find(({ name }) => name === 'pty')!
  await expectExamplesToRunIn(world, {
    ...functions,
    spawn: { ...functions.spawn!, example: 'pty.spawn{ cmd = "true" }' },
  })
  const { pty: methods } = handles!
  const before = 'local handle = pty.spawn{ cmd = "sleep 9" }\n'
  await expectExamplesToRunIn(world, methods!.methods, before)
})
