import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { logModule } from '../../lua/modules/index.ts'
import { type IoOptions, ioModule } from '../../lua/modules/io/index.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'
import { isAlive } from './processes.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)

let dir: TestDirectory
let t: TestVm
let output: string[]
const module = (more: Partial<IoOptions> = {}) =>
  ioModule({
    base: dir.path,
    env: process.env,
    output: (stream, bytes, owner) => output.push(`${stream} ${owner}: ${Buffer.from(bytes).toString()}`),
    ...more,
  })
const vm = (more: Partial<IoOptions> = {}) => newVm({ modules: [module(more), logModule(() => undefined)] })
beforeEach(async () => {
  dir = testDirectory()
  output = []
  t = await vm()
})
afterEach(() => {
  t[Symbol.dispose]()
  dir[Symbol.dispose]()
})

async function failing(code: string): Promise<{ kind: unknown; message: unknown }> {
  const [value, message, err] = await t.run(code)
  expect(value).toBeUndefined()
  return { kind: (err as { kind: unknown }).kind, message }
}

test('io: every example of the reference runs', async () => {
  await expectExamplesToRun(t, module(), "local f = io.open('notes.txt', 'w') f:write('one\\ntwo\\n') f:close()")
})

describe('Files', () => {
  test('io.open: writes and reads every byte, in every mode', async () => {
    const [seen] = await t.run(
      `
      local bytes = ...
      local function all(mode) local f <close> = assert(io.open('f', mode)) return f:read('a') end
      local function put(mode, text) local f <close> = assert(io.open('f', mode)) assert(f:write(text)) return f:read('a') end
      local seen = {}
      put('wb', bytes)            seen[1] = all('rb') == bytes
      put('w', 'first')           seen[2] = all()
      put('a', ' second')         seen[3] = all('r')
      put('r+', 'FIR')            seen[4] = all('r')
      seen[5] = put('r+b', 'x')   seen[6] = all('r')
      seen[7] = put('w+', 'new')  seen[8] = all('r')
      put('a+', 'er')             seen[9] = all('r')
      return seen`,
      ALL_BYTES,
    )
    const read = ['first', 'first second', 'FIRst second', 'IRst second', 'xIRst second', '', 'new', 'newer']
    expect(seen).toEqual([true, ...read])
  })

  test('io.open: a file is read while it is written', async () => {
    expect(
      await t.run(`
        local f <close> = io.open('f', 'w+')
        f:write('hello world')
        f:seek('set', 6)
        local word = f:read(3)
        f:write('LD')
        f:seek('set')
        return word, f:read('a'), f:seek()`),
    ).toEqual(['wor', 'hello worLD', 11])
  })

  test('io.open: says what is wrong', async () => {
    mkdirSync(dir.at('sub'))
    expect(await failing("return io.open('missing')")).toEqual({
      kind: 'not_found',
      message: 'cannot open missing: no such file or directory (ENOENT)',
    })
    expect(await failing("return io.open('sub', 'w')")).toMatchObject({ kind: 'is_directory' })
    expect(await failing("return io.open('sub')")).toMatchObject({ kind: 'is_directory' })
    expect(await failing("return io.open('no/such/dir', 'w')")).toMatchObject({ kind: 'not_found' })
    expect(await failing("return io.open('a\\0b')")).toMatchObject({ kind: 'invalid' })
    for (const mode of ['', 'x', 'rw', 'r++', '+r', 'b']) {
      await expect(t.run(`io.open('f', '${mode}')`)).rejects.toThrow("bad argument #2 to 'io.open' (invalid mode)")
    }
    await expect(t.run('io.open({})')).rejects.toThrow("bad argument #1 to 'io.open' (string expected, got table)")
  })

  test.runIf(existsSync('/dev/full'))('file:write: a disk that is full is said to be', async () => {
    expect(await failing("return io.open('/dev/full', 'w'):write('x')")).toEqual({
      kind: 'no_space',
      message: 'cannot write to /dev/full: no space is left on the device (ENOSPC)',
    })
    expect(
      await failing(`
      local f = io.open('/dev/full', 'w')
      f:setvbuf('full')
      assert(f:write('x'))
      return f:close()`),
    ).toMatchObject({ kind: 'no_space' })
  })

  test('file:read: lines, with and without their ends, to the last one', async () => {
    writeFileSync(dir.at('f'), 'one\n\nthree\r\nlast')
    expect(
      await t.run(`
        local f <close> = io.open('f')
        return f:read(), f:read('l'), f:read('L'), f:read('*l'), f:read('l') == nil, f:read('a')`),
    ).toEqual(['one', '', 'three\r\n', 'last', true, ''])
  })

  test('file:read: several formats, until one is not there', async () => {
    writeFileSync(dir.at('f'), '5 line\nrest')
    const [seen] = await t.run(`
      local f <close> = io.open('f')
      local seen = table.pack(f:read('n', 1, 'l', 2, 'a', 0, 'l', 'a'))
      return { n = seen.n, values = { seen[1], seen[2], seen[3], seen[4], seen[5] }, last = tostring(seen[6]) }`)
    expect(seen).toEqual({ n: 6, values: [5, ' ', 'line', 're', 'st'], last: 'nil' })
  })

  test('file:read: numbers as Lua writes them', async () => {
    writeFileSync(dir.at('f'), ' 5 -3.5e2 0x1F 0x.8p1 1e+ 12abc .5. 9007199254740993 - nan')
    const [seen] = await t.run(`
      local f <close> = io.open('f')
      local seen = {}
      for i = 1, 4 do local n = f:read('n') seen[i] = ('%s %s'):format(n, math.type(n)) end
      seen[5] = tostring(f:read('n')) -- "1e+" is none
      seen[6] = f:read('n') .. f:read(3)
      seen[7] = f:read('n') .. f:read(1)
      seen[8] = tostring(f:read('n') == 9007199254740993)
      seen[9] = tostring(f:read('n')) .. tostring(f:read('n'))
      return seen`)
    expect(seen).toEqual([
      '5 integer',
      '-350.0 float',
      '31 integer',
      '1.0 float',
      'nil',
      '12abc',
      '0.5.',
      'true',
      'nilnil',
    ])
  })

  test('file:read: counts of bytes, and nothing at the end', async () => {
    writeFileSync(dir.at('f'), Buffer.alloc(200_000, 'abc'))
    expect(
      await t.run(`
        local f <close> = io.open('f')
        return f:read(0), #f:read(150000), #f:read(100000), f:read(1) == nil, f:read(0) == nil`),
    ).toEqual(['', 150_000, 50_000, true, true])
  })

  test('file:read: what is none of its formats raises, and what was not opened for it fails', async () => {
    writeFileSync(dir.at('f'), '')
    for (const format of ["'x'", '-1', '1.5', '{}', "'*'"]) {
      await expect(t.run(`io.open('f'):read('l', ${format})`)).resolves.toEqual([])
      await expect(t.run(`io.open('f'):read(${format})`)).rejects.toThrow(
        "bad argument #1 to 'file:read' (invalid format)",
      )
    }
    expect(await failing("return io.open('f', 'a'):read()")).toMatchObject({ kind: 'closed' })
    expect(await failing("return io.open('f'):write('x')")).toMatchObject({ kind: 'closed' })
  })

  test('io.lines: gives every line and closes the file at the end, or when the loop is left', async () => {
    writeFileSync(dir.at('f'), 'a\nb\nc')
    expect(
      await t.run(`
        local lines, pairs = {}, {}
        for line in io.lines('f') do lines[#lines + 1] = line end
        for a, b in io.lines('f', 1, 'L') do pairs[#pairs + 1] = a .. '|' .. tostring(b) end
        for line in io.lines('f') do break end
        return lines, pairs`),
    ).toEqual([
      ['a', 'b', 'c'],
      ['a|\n', 'b|\n', 'c|nil'],
    ])
    if (existsSync('/proc/self/fd')) expect(openPaths()).not.toContain(dir.at('f'))
    await expect(t.run("for _ in io.lines('missing') do end")).rejects.toThrow('no such file or directory')
    await expect(t.run("for _ in io.lines('f', 'q') do end")).rejects.toThrow('invalid format')
  })

  test('file:lines: leaves the file open', async () => {
    writeFileSync(dir.at('f'), 'a\nb')
    expect(
      await t.run(`
        local f <close> = io.open('f')
        local lines = {}
        for line in f:lines('L') do lines[#lines + 1] = line end
        f:seek('set')
        return lines, f:read('a')`),
    ).toEqual([['a\n', 'b'], 'a\nb'])
    await expect(t.run("local f = io.open('f') f:close() f:lines()")).rejects.toThrow('closed file')
  })

  test('file:write: strings and numbers, one after the other', async () => {
    await t.run("local f <close> = io.open('f', 'w') assert(f:write('a', 1, 2.5):write('b', -0x10) == f)")
    expect(readFileSync(dir.at('f'), 'utf8')).toBe('a12.5b-16')
    for (const [value, got] of [
      ['nil', 'nil'],
      ['{}', 'table'],
      ['true', 'boolean'],
    ]) {
      await expect(t.run(`io.open('f', 'w'):write('x', ${value})`)).rejects.toThrow(
        `test.lua:1: bad argument #2 to 'file:write' (string expected, got ${got})`,
      )
    }
  })

  test('file:seek: from the beginning, here and the end', async () => {
    writeFileSync(dir.at('f'), '0123456789')
    expect(
      await t.run(`
        local f <close> = io.open('f')
        f:read(3)
        return f:seek(), f:seek('cur', 2), f:read(1), f:seek('end'), f:seek('end', -2), f:read('a'), f:seek('set', 1), f:read(1)`),
    ).toEqual([3, 5, '5', 10, 8, '89', 1, '1'])
    expect(await failing("return io.open('f'):seek('set', -1)")).toMatchObject({ kind: 'invalid' })
    expect(await failing('return io.stdout:seek()')).toMatchObject({ kind: 'not_a_file' })
    await expect(t.run("io.open('f'):seek('x')")).rejects.toThrow("bad argument #1 to 'file:seek' (invalid option 'x')")
    await expect(t.run("io.open('f'):seek('set', 'x')")).rejects.toThrow("bad argument #2 to 'file:seek' (integer")
  })

  test('file:setvbuf, file:flush: bytes leave at once, unless somebody wants them kept', async () => {
    const size = () => readFileSync(dir.at('f')).length
    await t.run("f = io.open('f', 'w') f:write('now')")
    expect(size()).toBe(3)
    expect(await t.run("return f:setvbuf('full', 10), f:write('kept') == f")).toEqual([true, true])
    expect(size()).toBe(3)
    await t.run("f:write('and more')")
    expect(size()).toBe(15)
    await t.run("f:setvbuf('line') f:write('x') f:write('y\\n') f:write('z')")
    expect(size()).toBe(18)
    expect(await t.run('return f:flush() == f, f:close()')).toEqual([true, true])
    expect(size()).toBe(19)
    await expect(t.run("io.open('f'):setvbuf('some')")).rejects.toThrow(
      "bad argument #1 to 'file:setvbuf' (invalid option 'some')",
    )
    await expect(t.run("f = io.open('f') f:close() f:flush()")).rejects.toThrow('attempt to use a closed file')
  })

  test('file:close, io.close, io.type: a closed file is closed', async () => {
    expect(
      await t.run(`
        local f = io.open('f', 'w')
        local before = io.type(f)
        return before, f:close(), io.type(f), tostring(f), io.type(5), io.type(io.stdin)`),
    ).toEqual(['file', true, 'closed file', 'file (closed)', undefined, 'file'])
    await expect(t.run("local f = io.open('f') f:close() f:close()")).rejects.toThrow(
      'test.lua:1: attempt to use a closed file',
    )
    expect(await t.run("return io.close(io.open('f'))")).toEqual([true])
    await expect(t.run('io.open("f").close()')).rejects.toThrow(
      "bad argument #1 to 'file:close' (file expected, got no value)",
    )
    await expect(t.run('io.open("f").read({})')).rejects.toThrow(
      "bad argument #1 to 'file:read' (file expected, got table)",
    )
    expect(await failing('return io.stdout:close()')).toMatchObject({ kind: 'invalid' })
  })

  test('io.tmpfile: is gone when it is closed, and before for everybody else', async () => {
    const before = readdirSync(dir.path)
    expect(await t.run("local f <close> = io.tmpfile() f:write('x') f:seek('set') return f:read('a')")).toEqual(['x'])
    expect(readdirSync(dir.path)).toEqual(before)
  })
})

describe('Default files', () => {
  test('io.write, io.read: standard output goes where whoever runs the script says, and there is no input', async () => {
    await t.run("io.write('a', 1) io.stderr:write('b') io.stdout:flush()")
    expect(output).toEqual(['stdout test: a1', 'stderr test: b'])
    expect(await t.run("return io.read(), io.read('a'), io.read('n')")).toEqual([undefined, '', undefined])
    expect(await failing("return io.stdin:write('x')")).toMatchObject({ kind: 'closed' })
    expect(await failing('return io.stdout:read()')).toMatchObject({ kind: 'closed' })
  })

  test('io.read: reads what standard input has, as it comes', async () => {
    const lines = ['first\nsec', 'ond\n', '5']
    await using other = await vm({
      input: async () => Buffer.from(lines.shift() ?? ''),
    })
    expect(await other.run("return io.read(), io.read('L'), io.read('n'), io.read()")).toEqual([
      'first',
      'second\n',
      5,
      undefined,
    ])
  })

  test('io.input, io.output: become another file, for the one who says so', async () => {
    writeFileSync(dir.at('in'), 'from file')
    const [text] = await t.run(`
      io.input('in')
      local out = io.output('out')
      io.write('to file')
      assert(io.output() == out)
      assert(io.close() and io.type(out) == 'closed file')
      return io.read('a')`)
    expect(text).toBe('from file')
    expect(readFileSync(dir.at('out'), 'utf8')).toBe('to file')
    await t.vm.run("io.write('mine')", { owner: 'plugin.other', chunkName: 'o' })
    expect(output).toEqual(['stdout plugin.other: mine'])
    expect(await t.run("io.output(io.stdout) io.write('back') return io.output() == io.stdout")).toEqual([true])
    await expect(t.run("io.input('missing')")).rejects.toThrow('no such file or directory')
    await expect(t.run('io.output(5 > 4)')).rejects.toThrow(
      "bad argument #1 to 'io.output' (file expected, got boolean)",
    )
    await expect(t.run("io.output('out') io.close() io.write('x')")).rejects.toThrow('attempt to use a closed file')
  })

  test('io.lines: without a path reads the default input', async () => {
    writeFileSync(dir.at('in'), 'a\nb')
    expect(await t.run("io.input('in') local n = 0 for _ in io.lines() do n = n + 1 end return n")).toEqual([2])
  })
})

describe('Processes', () => {
  test('io.popen: reads what a command writes, waiting for it without holding anybody up', async () => {
    const [order] = await t.run(`
      local order = {}
      local waiting = coroutine.wrap(function()
        local p = io.popen('printf "one\\ntwo"; sleep 0.1; printf " three"')
        for line in p:lines() do order[#order + 1] = line end
        local ok, how, code = p:close()
        order[#order + 1] = ('%s %s %d'):format(ok, how, code)
      end)
      waiting()
      return order`)
    expect(order).toEqual(['one', 'two three', 'true exit 0'])
  })

  test('io.popen: writes what a command reads', async () => {
    expect(
      await t.run(
        `
        local p = io.popen('cat > copy; exit 3', 'w')
        for i = 1, 100 do assert(p:write((...):rep(100))) end
        return p:close()`,
        ALL_BYTES,
      ),
    ).toEqual([undefined, 'exit', 3])
    expect(readFileSync(dir.at('copy')).equals(Buffer.concat(Array(10_000).fill(ALL_BYTES)))).toBe(true)
  })

  test('io.popen: bytes, megabytes, signals and errors of commands arrive as they are', async () => {
    expect(
      await t.run(`
        local p = io.popen('head -c 3000000 /dev/zero; printf "\\\\377"')
        local bytes = p:read('a')
        p:close()
        return #bytes, bytes:byte(-1), io.popen('kill -9 $$'):close()`),
    ).toEqual([3_000_001, 255, undefined, 'signal', 9])
    await t.run("io.popen('echo oops >&2'):close()")
    await expect.poll(() => output).toContain('stderr test: oops\n')
  })

  test('io.popen: runs where and with what it is told', async () => {
    mkdirSync(dir.at('sub'))
    const where = `return io.popen('pwd; echo $EXTRA'):read('l'), io.popen('pwd; echo $EXTRA', 'r', {cwd = 'sub', env = {EXTRA = 'x'}}):read('a')`
    expect(await t.run(where)).toEqual([dir.path, `${dir.at('sub')}\nx\n`])
    await expect(t.run("io.popen('x', 'r', {timeout = 'x'})")).rejects.toThrow(
      "bad argument #3 to 'io.popen' (timeout: seconds expected)",
    )
    await expect(t.run("io.popen('x', 'rw')")).rejects.toThrow("bad argument #2 to 'io.popen' (invalid mode)")
    await expect(t.run('io.popen()')).rejects.toThrow("bad argument #1 to 'io.popen' (string expected, got no value)")
    const [, , err] = await t.run("return io.popen('true', 'r', {cwd = 'missing'})")
    expect(err).toMatchObject({ kind: 'spawn_failed' })
  })

  test('io.popen: ends after its timeout, with everything it started', async () => {
    const [pid, ...end] = await t.run(`
      local p = io.popen('sleep 1000 & echo $!; wait', 'r', { timeout = 0.2 })
      return p:read('n'), p:close()`)
    expect(end).toEqual([undefined, 'signal', 15])
    await expect.poll(() => isAlive(pid as number)).toBe(false)
  })

  test('io.popen: ends with its owner, also when it does not want to', async () => {
    const start = "local p = io.popen(...) pids = p:read('l')"
    await t.vm.run(start, {
      owner: 'plugin.p',
      chunkName: 'p',
      args: ["trap '' TERM; sleep 1000 & echo $$ $!; wait"],
    })
    const pids = String(t.vm.getGlobal('pids')).split(' ').map(Number)
    expect(pids.map(isAlive)).toEqual([true, true])
    t.vm.releaseOwner('plugin.p')
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false])
  })

  test('io.popen: nothing outlives the VM', async () => {
    await using other = await vm()
    const [pid] = await other.run("p = io.popen('trap \"\" TERM; echo $$; sleep 1000', 'r') return p:read('n')")
    other.vm.close()
    await expect.poll(() => isAlive(pid as number)).toBe(false)
  })

  test('io.popen: where Lua cannot wait, reading raises and says so', async () => {
    await t.run("p = io.popen('sleep 0.1; echo late')")
    expect(() => t.now("return p:read('l')")).toThrow(/would have to wait/)
    expect(await t.run("return p:read('l')")).toEqual(['late'])
  })

  test('io.open: a named pipe waits for the other end', async () => {
    await t.run("io.popen('mkfifo pipe'):close()")
    const reading = t.run("local f <close> = io.open('pipe') return f:read('l')")
    await t.run("local f <close> = io.popen('cat > pipe', 'w') f:write('through\\n')")
    expect(await reading).toEqual(['through'])
    expect(await failing("return io.open('pipe', 'w')")).toMatchObject({ kind: 'not_a_file' })
  })
})

describe('Nothing stays open', () => {
  test.runIf(existsSync('/proc/self/fd'))('io: files go with their owner', async () => {
    await t.vm.run("f = io.open('f', 'w') f:setvbuf('full') f:write('rest')", { owner: 'plugin.p', chunkName: 'p' })
    expect(openPaths()).toContain(dir.at('f'))
    t.vm.releaseOwner('plugin.p')
    expect(openPaths()).not.toContain(dir.at('f'))
    expect(readFileSync(dir.at('f'), 'utf8')).toBe('rest')
    await expect(t.run('f:write("x")')).rejects.toThrow('attempt to use a closed file')
  })

  test.runIf(existsSync('/proc/self/fd'))('io: files that a script forgot to close are closed for it', async () => {
    writeFileSync(dir.at('f'), 'x')
    await t.run("for i = 1, 500 do assert(io.open('f')):read('a') end")
    expect(openPaths().filter((path) => path === dir.at('f')).length).toBeLessThanOrEqual(64)
    await t.run("kept = {} for i = 1, 300 do kept[i] = assert(io.open('f')) end")
    expect(await t.run("return kept[1]:read('a') .. kept[300]:read('a')")).toEqual(['xx'])
  })
})

function openPaths(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return [] // the one that listed them
    }
  })
}
