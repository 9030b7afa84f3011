import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { expectExamplesToRun } from '../examples.ts'
import { ioForEachTest, openPaths } from './support.ts'

const here = ioForEachTest()

test('io: every example of the reference runs', async () => {
  await expectExamplesToRun(
    here.t,
    here.module(),
    "local f = io.open('notes.txt', 'w') f:write('one\\ntwo\\n') f:close()",
  )
})

describe('Default files', () => {
  test('io.write, io.read: standard output goes where whoever runs the script says, and there is no input', async () => {
    await here.t.run("io.write('a', 1) io.stderr:write('b') io.stdout:flush()")
    expect(here.output).toEqual(['stdout test: a1', 'stderr test: b'])
    expect(await here.t.run("return io.read(), io.read('a'), io.read('n')")).toEqual([undefined, '', undefined])
    expect(await here.failing("return io.stdin:write('x')")).toMatchObject({ kind: 'closed' })
    expect(await here.failing('return io.stdout:read()')).toMatchObject({ kind: 'closed' })
  })

  test('io.read: reads what standard input has, as it comes', async () => {
    const lines = ['first\nsec', 'ond\n', '5']
    await using other = await here.vm({
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
    writeFileSync(here.dir.at('in'), 'from file')
    const [text] = await here.t.run(`
      io.input('in')
      local out = io.output('out')
      io.write('to file')
      assert(io.output() == out)
      assert(io.close() and io.type(out) == 'closed file')
      return io.read('a')`)
    expect(text).toBe('from file')
    expect(readFileSync(here.dir.at('out'), 'utf8')).toBe('to file')
    await here.t.vm.run("io.write('mine')", { owner: 'plugin.other', chunkName: 'o' })
    expect(here.output).toEqual(['stdout plugin.other: mine'])
    expect(await here.t.run("io.output(io.stdout) io.write('back') return io.output() == io.stdout")).toEqual([true])
    await expect(here.t.run("io.input('missing')")).rejects.toThrow('no such file or directory')
    await expect(here.t.run('io.output(5 > 4)')).rejects.toThrow(
      "bad argument #1 to 'io.output' (file expected, got boolean)",
    )
    await expect(here.t.run("io.output('out') io.close() io.write('x')")).rejects.toThrow(
      'attempt to use a closed file',
    )
  })

  test('io.lines: without a path reads the default input', async () => {
    writeFileSync(here.dir.at('in'), 'a\nb')
    expect(await here.t.run("io.input('in') local n = 0 for _ in io.lines() do n = n + 1 end return n")).toEqual([2])
  })
})

describe('Nothing stays open', () => {
  test.runIf(existsSync('/proc/self/fd'))('io: files go with their owner', async () => {
    await here.t.vm.run("f = io.open('f', 'w') f:setvbuf('full') f:write('rest')", {
      owner: 'plugin.p',
      chunkName: 'p',
    })
    expect(openPaths()).toContain(here.dir.at('f'))
    here.t.vm.releaseOwner('plugin.p')
    expect(openPaths()).not.toContain(here.dir.at('f'))
    expect(readFileSync(here.dir.at('f'), 'utf8')).toBe('rest')
    await expect(here.t.run('f:write("x")')).rejects.toThrow('attempt to use a closed file')
  })

  test.runIf(existsSync('/proc/self/fd'))('io: files that a script forgot to close are closed for it', async () => {
    writeFileSync(here.dir.at('f'), 'x')
    await here.t.run("for i = 1, 500 do assert(io.open('f')):read('a') end")
    expect(openPaths().filter((path) => path === here.dir.at('f')).length).toBeLessThanOrEqual(64)
    await here.t.run("kept = {} for i = 1, 300 do kept[i] = assert(io.open('f')) end")
    expect(await here.t.run("return kept[1]:read('a') .. kept[300]:read('a')")).toEqual(['xx'])
  })
})
