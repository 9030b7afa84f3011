import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ioForEachTest, openPaths } from './support.ts'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)

const here = ioForEachTest()

describe('Files', () => {
  test('io.open: writes and reads every byte, in every mode', async () => {
    const [seen] = await here.t.run(
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
      await here.t.run(`
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
    mkdirSync(here.dir.at('sub'))
    expect(await here.failing("return io.open('missing')")).toEqual({
      kind: 'not_found',
      message: 'cannot open missing: no such file or directory (ENOENT)',
    })
    expect(await here.failing("return io.open('sub', 'w')")).toMatchObject({ kind: 'is_directory' })
    expect(await here.failing("return io.open('sub')")).toMatchObject({ kind: 'is_directory' })
    expect(await here.failing("return io.open('')")).toMatchObject({ kind: 'invalid' })
    expect(await here.failing("return io.open('no/such/dir', 'w')")).toMatchObject({ kind: 'not_found' })
    expect(await here.failing("return io.open('a\\0b')")).toMatchObject({ kind: 'invalid' })
    for (const mode of ['', 'x', 'rw', 'r++', '+r', 'b']) {
      await expect(here.t.run(`io.open('f', '${mode}')`)).rejects.toThrow(
        `bad argument #2 to 'io.open' (invalid mode '${mode}')`,
      )
    }
    await expect(here.t.run('io.open({})')).rejects.toThrow("bad argument #1 to 'io.open' (string expected, got table)")
  })

  test.runIf(existsSync('/dev/full'))(
    'file:write, file:flush, file:close, file:setvbuf, io.write and io.close: a disk that is full is said to be',
    async () => {
      expect(await here.failing("return io.open('/dev/full', 'w'):write('x')")).toEqual({
        kind: 'no_space',
        message: 'cannot write to /dev/full: no space is left on the device (ENOSPC)',
      })
      expect(
        await here.failing(`
      local f = io.open('/dev/full', 'w')
      f:setvbuf('full')
      assert(f:write('x'))
      return f:close()`),
      ).toMatchObject({ kind: 'no_space' })
      const buffered = (code: string) =>
        here.failing(`
      local f = io.open('/dev/full', 'w')
      f:setvbuf('full')
      assert(f:write('x'))
      ${code}`)
      for (const code of ['return f:flush()', 'return io.close(f)', "return f:setvbuf('no')"]) {
        expect(await buffered(code), code).toMatchObject({ kind: 'no_space' })
      }
      expect(await here.failing("io.output('/dev/full') return io.write('x')")).toMatchObject({ kind: 'no_space' })
    },
  )

  test('file:read, file:write, file:lines, file:seek, file:setvbuf, file:flush, file:close, io.read, io.write, io.close: nothing is done with a closed file', async () => {
    await here.t.run("io.open('f', 'w'):close()")
    const calls = ['read()', "write('x')", 'lines()', 'seek()', "setvbuf('no')", 'flush()', 'close()']
    for (const call of calls) {
      await expect(here.t.run(`local f = io.open('f') f:close() f:${call}`), call).rejects.toThrow(
        'test.lua:1: attempt to use a closed file',
      )
    }
    const defaults = [
      "io.input('f'):close() io.read()",
      "io.output('f'):close() io.write('x')",
      "io.output('f'):close() io.close()",
    ]
    for (const code of defaults) await expect(here.t.run(code), code).rejects.toThrow('attempt to use a closed file')
  })

  test('file:read: lines, with and without their ends, to the last one', async () => {
    writeFileSync(here.dir.at('f'), 'one\n\nthree\r\nlast')
    expect(
      await here.t.run(`
        local f <close> = io.open('f')
        return f:read(), f:read('l'), f:read('L'), f:read('*l'), f:read('l') == nil, f:read('a')`),
    ).toEqual(['one', '', 'three\r\n', 'last', true, ''])
  })

  test('file:read: several formats, until one is not there', async () => {
    writeFileSync(here.dir.at('f'), '5 line\nrest')
    const [seen] = await here.t.run(`
      local f <close> = io.open('f')
      local seen = table.pack(f:read('n', 1, 'l', 2, 'a', 0, 'l', 'a'))
      return { n = seen.n, values = { seen[1], seen[2], seen[3], seen[4], seen[5] }, last = tostring(seen[6]) }`)
    expect(seen).toEqual({ n: 6, values: [5, ' ', 'line', 're', 'st'], last: 'nil' })
  })

  test('file:read: numbers as Lua writes them', async () => {
    writeFileSync(here.dir.at('f'), ' 5 -3.5e2 0x1F 0x.8p1 1e+ 12abc .5. 9007199254740993 - nan')
    const [seen] = await here.t.run(`
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
    writeFileSync(here.dir.at('f'), Buffer.alloc(200_000, 'abc'))
    expect(
      await here.t.run(`
        local f <close> = io.open('f')
        return f:read(0), #f:read(150000), #f:read(100000), f:read(1) == nil, f:read(0) == nil`),
    ).toEqual(['', 150_000, 50_000, true, true])
  })

  test('file:read, file:write, file:lines, io.read, io.write: what is none of its formats raises, and what was not opened for it fails', async () => {
    writeFileSync(here.dir.at('f'), '')
    for (const format of ["'x'", '-1', '1.5', '{}', "'*'"]) {
      await expect(here.t.run(`io.open('f'):read('l', ${format})`)).resolves.toEqual([])
      await expect(here.t.run(`io.open('f'):read(${format})`)).rejects.toThrow(
        "bad argument #1 to 'file:read' (invalid format)",
      )
    }
    expect(await here.failing("return io.open('f', 'a'):read()")).toMatchObject({ kind: 'closed' })
    expect(await here.failing("return io.open('f'):write('x')")).toMatchObject({ kind: 'closed' })
    expect(await here.failing("io.output(io.open('f')) return io.write('x')")).toMatchObject({ kind: 'closed' })
    expect(await here.failing("io.input(io.open('f', 'a')) return io.read()")).toMatchObject({ kind: 'closed' })
    await expect(here.t.run("io.input('f') io.read('x')")).rejects.toThrow(
      "bad argument #1 to 'io.read' (invalid format)",
    )
    await expect(here.t.run("io.output('f') io.write({})")).rejects.toThrow('(string expected, got table)')
    await expect(here.t.run("for _ in io.open('f'):lines('x') do end")).rejects.toThrow(
      "bad argument #1 to 'file:lines' (invalid format)",
    )
  })

  test('io.lines: gives every line and closes the file at the end, or when the loop is left', async () => {
    writeFileSync(here.dir.at('f'), 'a\nb\nc')
    expect(
      await here.t.run(`
        local lines, pairs = {}, {}
        for line in io.lines('f') do lines[#lines + 1] = line end
        for a, b in io.lines('f', 1, 'L') do pairs[#pairs + 1] = a .. '|' .. tostring(b) end
        for line in io.lines('f') do break end
        return lines, pairs`),
    ).toEqual([
      ['a', 'b', 'c'],
      ['a|\n', 'b|\n', 'c|nil'],
    ])
    if (existsSync('/proc/self/fd')) expect(openPaths()).not.toContain(here.dir.at('f'))
    await expect(here.t.run("for _ in io.lines('missing') do end")).rejects.toThrow('no such file or directory')
    await expect(here.t.run("for _ in io.lines('f', 'q') do end")).rejects.toThrow('invalid format')
  })

  test('file:lines: leaves the file open', async () => {
    writeFileSync(here.dir.at('f'), 'a\nb')
    expect(
      await here.t.run(`
        local f <close> = io.open('f')
        local lines = {}
        for line in f:lines('L') do lines[#lines + 1] = line end
        f:seek('set')
        return lines, f:read('a')`),
    ).toEqual([['a\n', 'b'], 'a\nb'])
    await expect(here.t.run("local f = io.open('f') f:close() f:lines()")).rejects.toThrow('closed file')
  })

  test('file:write: strings and numbers, one after the other', async () => {
    await here.t.run("local f <close> = io.open('f', 'w') assert(f:write('a', 1, 2.5):write('b', -0x10) == f)")
    expect(readFileSync(here.dir.at('f'), 'utf8')).toBe('a12.5b-16')
    for (const [value, got] of [
      ['nil', 'nil'],
      ['{}', 'table'],
      ['true', 'boolean'],
    ]) {
      await expect(here.t.run(`io.open('f', 'w'):write('x', ${value})`)).rejects.toThrow(
        `test.lua:1: bad argument #2 to 'file:write' (string expected, got ${got})`,
      )
    }
  })

  test('file:seek: from the beginning, here and the end', async () => {
    writeFileSync(here.dir.at('f'), '0123456789')
    expect(
      await here.t.run(`
        local f <close> = io.open('f')
        f:read(3)
        return f:seek(), f:seek('cur', 2), f:read(1), f:seek('end'), f:seek('end', -2), f:read('a'), f:seek('set', 1), f:read(1)`),
    ).toEqual([3, 5, '5', 10, 8, '89', 1, '1'])
    expect(await here.failing("return io.open('f'):seek('set', -1)")).toMatchObject({ kind: 'invalid' })
    expect(await here.failing('return io.stdout:seek()')).toMatchObject({ kind: 'not_a_file' })
    await expect(here.t.run("io.open('f'):seek('x')")).rejects.toThrow(
      "bad argument #1 to 'file:seek' (invalid option 'x')",
    )
    await expect(here.t.run("io.open('f'):seek('set', 'x')")).rejects.toThrow("bad argument #2 to 'file:seek' (integer")
  })

  test('file:setvbuf, file:flush: bytes leave at once, unless somebody wants them kept', async () => {
    const size = () => readFileSync(here.dir.at('f')).length
    await here.t.run("f = io.open('f', 'w') f:write('now')")
    expect(size()).toBe(3)
    expect(await here.t.run("return f:setvbuf('full', 10), f:write('kept') == f")).toEqual([true, true])
    expect(size()).toBe(3)
    await here.t.run("f:write('and more')")
    expect(size()).toBe(15)
    await here.t.run("f:setvbuf('line') f:write('x') f:write('y\\n') f:write('z')")
    expect(size()).toBe(18)
    expect(await here.t.run('return f:flush() == f, f:close()')).toEqual([true, true])
    expect(size()).toBe(19)
    await expect(here.t.run("io.open('f'):setvbuf('some')")).rejects.toThrow(
      "bad argument #1 to 'file:setvbuf' (invalid option 'some')",
    )
    await expect(here.t.run("f = io.open('f') f:close() f:flush()")).rejects.toThrow('attempt to use a closed file')
  })

  test('file:close, io.close, io.type: a closed file is closed', async () => {
    expect(
      await here.t.run(`
        local f = io.open('f', 'w')
        local before = io.type(f)
        return before, f:close(), io.type(f), tostring(f), io.type(5), io.type(io.stdin)`),
    ).toEqual(['file', true, 'closed file', 'file (closed)', undefined, 'file'])
    await expect(here.t.run("local f = io.open('f') f:close() f:close()")).rejects.toThrow(
      'test.lua:1: attempt to use a closed file',
    )
    expect(await here.t.run("return io.close(io.open('f'))")).toEqual([true])
    await expect(here.t.run('io.open("f").close()')).rejects.toThrow(
      "bad argument #1 to 'file:close' (file expected, got no value)",
    )
    await expect(here.t.run('io.open("f").read({})')).rejects.toThrow(
      "bad argument #1 to 'file:read' (file expected, got table)",
    )
    expect(await here.failing('return io.stdout:close()')).toMatchObject({ kind: 'invalid' })
  })

  test('io.tmpfile: says why it cannot be made', async () => {
    vi.stubEnv('TMPDIR', here.dir.at('missing'))
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await here.failing('return io.tmpfile()')).toEqual({
      kind: 'not_found',
      message: 'cannot make a temporary file: no such file or directory (ENOENT)',
    })
  })

  test('io.tmpfile: is gone when it is closed, and before for everybody else', async () => {
    const before = readdirSync(here.dir.path)
    expect(await here.t.run("local f <close> = io.tmpfile() f:write('x') f:seek('set') return f:read('a')")).toEqual([
      'x',
    ])
    expect(readdirSync(here.dir.path)).toEqual(before)
  })
})
