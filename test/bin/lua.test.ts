import { spawn } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { Terminal } from '../e2e/harness/terminal.ts'
import { runCli } from './run-cli.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const entry = join(import.meta.dirname, '../../bin/cli.ts')

test('-e prints what the code returns, and what it prints', async () => {
  using directory = temporaryDirectory()
  const run = (...args: string[]) => runCli(['lua', ...args], { cwd: directory.path })
  expect(await run('-e', 'print("a") return "plain", {1}')).toEqual({
    status: 0,
    stdout: 'a\nplain\t{ 1 }\n',
    stderr: '',
  })
  expect(await run('-e', '...', 'x', '--timeout')).toMatchObject({ status: 0, stdout: 'x\t--timeout\n' })
})

test('A script gets its arguments; an error ends it with 1 and a traceback', async () => {
  using directory = temporaryDirectory()
  writeFileSync(
    join(directory.path, 'a.lua'),
    '#!/usr/bin/env lua\nprint(...)\nlocal function f() error("boom") end\nf()',
  )
  const { status, stdout, stderr } = await runCli(['lua', 'a.lua', '-e', 'x'], { cwd: directory.path })
  expect({ status, stdout }).toEqual({ status: 1, stdout: '-e\tx\n' })
  expect(stderr).toBe(
    "botster: a.lua:3: boom\nstack traceback:\n  [C]: in function 'error'\n  a.lua:3: in local 'f'\n  a.lua:4: in main chunk\n",
  )
})

test('What is wrong with the call is said', async () => {
  using directory = temporaryDirectory()
  const run = (...args: string[]) => runCli(['lua', ...args], { cwd: directory.path })
  expect(await run('none.lua')).toMatchObject({
    status: 1,
    stderr: 'botster: cannot read none.lua: no such file or directory (ENOENT)\n',
  })
  expect(await run('.')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('cannot read .: it is a directory'),
  })
  expect(await run('--timeout', 'soon')).toMatchObject({ status: 2 })
  expect(await run('-e', 'x =')).toMatchObject({ status: 1, stderr: expect.stringContaining('(command line):1:') })
  const { stderr } = await run('-e', 'hub.version()')
  expect(stderr).toContain('no hub runs here')
})

test('Files, processes and exit codes are the caller’s', async () => {
  using directory = temporaryDirectory()
  writeFileSync(join(directory.path, 'data.txt'), 'data')
  const run = (code: string) => runCli(['lua', '-e', code], { cwd: directory.path })
  const code =
    'io.write(fs.read("data.txt"), "\\n") io.stderr:write("note\\n") print(io.popen("echo out"):read("l")) os.exit(7)'
  expect(await run(code)).toEqual({ status: 7, stdout: 'data\nout\n', stderr: 'note\n' })
})

test('--timeout stops a script', async () => {
  using directory = temporaryDirectory()
  const run = await runCli(['lua', '--timeout', '0.05', '-e', 'while true do end'], { cwd: directory.path })
  expect(run).toMatchObject({ status: 1, stderr: expect.stringContaining('stopped: it was not done within 50 ms') })
})

test('--list names modules, functions and what they are for', async () => {
  using directory = temporaryDirectory()
  const { stdout } = await runCli(['lua', '--list'], { cwd: directory.path })
  expect(stdout).toMatch(/^timer: Calls functions later\.$/m)
  expect(stdout).toMatch(/^ {2}timer\.after\(seconds, callback\) +Calls a function once, after so many seconds\.$/m)
  expect(stdout).toMatch(/^ {2}pty:write\(/m)
})

test('A script from stdin; ctrl+c stops it', async () => {
  using directory = temporaryDirectory()
  const child = spawn(process.execPath, [entry, 'lua'], {
    cwd: directory.path,
    env: { PATH: process.env.PATH, HOME: directory.path, BOTSTER_RUNTIME_DIR: join(directory.path, 'run') },
  })
  child.stdin.end('print("runs") while true do end')
  child.stdout.once('data', () => child.kill('SIGINT'))
  const closed = new Promise((resolve) => child.on('close', resolve))
  expect(await text(child.stderr)).toMatch(/^botster: stopped\nstack traceback:\n {2}stdin:1: in main chunk/)
  expect(await closed).toBe(1)
})

test('Line by line: history, completion, several lines, tables, ctrl+c', async () => {
  using directory = temporaryDirectory()
  const env = { PATH: process.env.PATH ?? '', HOME: directory.path, BOTSTER_RUNTIME_DIR: join(directory.path, 'run') }
  const open = () => new Terminal({ file: process.execPath, args: [entry, 'lua'], cwd: directory.path, env })
  const history = join(directory.path, '.config/botster/lua-history')
  {
    using terminal = open()
    await terminal.waitFor(/ctrl\+d leaves\.\n> /)
    terminal.type('x = {1, name = "é"}\r')
    terminal.type('x\r')
    await terminal.waitFor('{ 1, name = "é" }')
    terminal.type('function add(a, b)\r')
    await terminal.waitFor(/^>> $/m)
    terminal.type('return a + b\rend\radd(40, 2)\r')
    await terminal.waitFor(/^42$/m)
    terminal.type('string.rev\t')
    await terminal.waitFor('> string.reverse')
    terminal.type('("abc")\r')
    await terminal.waitFor('"cba"')
    terminal.type('error("boom")\r')
    await terminal.waitFor(/^stdin:1: boom\nstack traceback:/m)
    terminal.type('while true do end\r')
    await terminal.waitFor(/> while true do end\n/)
    terminal.keys('ctrl+c')
    await terminal.waitFor(/^stopped$/m)
    terminal.type('hub.version()\r')
    await terminal.waitFor(/^stdin:1: attempt to index a nil value \(global 'hub'\)\n(.*\n)+\(no hub runs here/m)
    terminal.type('io.write("no end of line")\r')
    await terminal.waitFor(/^no end of line\n<file \(stdout\)>\n> $/m)
    // What is typed ahead is not lost in what is printed, and goes on at its end.
    terminal.type('for i = 1, 3 do events.wait("never", 0.3) print("step " .. i) end\r')
    await terminal.waitFor(/print\("step " \.\. i\) end\n/)
    terminal.type('typed ')
    await terminal.waitFor(/^step 3\n> typed $/m)
    terminal.type('ahead')
    await terminal.waitFor(/^> typed ahead$/m)
    terminal.keys('ctrl+c')
    await terminal.waitFor(/typed ahead\^C\n> $/m)
    terminal.type('half a li')
    terminal.keys('ctrl+c')
    await terminal.waitFor(/half a li\^C\n> $/m)
    terminal.type('timer.after(0.01, function() print("tick") end)\r')
    await terminal.waitFor(/^tick\n> /m)
    terminal.keys('ctrl+d')
    expect(await terminal.exited).toMatchObject({ code: 0 })
  }
  expect(statSync(history).mode & 0o777).toBe(0o600)
  expect(readFileSync(history, 'utf8').split('\n')).toContain('add(40, 2)')
  using again = open()
  await again.waitFor(/ctrl\+d leaves\.\n> /)
  again.keys('up')
  await again.waitFor('> timer.after(0.01')
})
