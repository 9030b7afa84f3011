import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import type { TestVm } from '../../lua/support.ts'
import type { TestDirectory } from '../directory.ts'
import { expectExamplesToRun } from '../examples.ts'
import { failureOf } from '../support/refusal.ts'
import { type IoVm, ioVm, openPaths } from './support.ts'

let dir: TestDirectory
let t: TestVm
let output: string[]
let vm: IoVm['vm']
let module: IoVm['module']
beforeEach(async () => {
  const opened = await ioVm()
  dir = opened.dir
  t = opened.t
  output = opened.output
  vm = opened.vm
  module = opened.module
  return () => opened[Symbol.dispose]()
})

const failing = (code: string) => failureOf(t, code)

test('io: every example of the reference runs', async () => {
  await expectExamplesToRun(t, module(), "local f = io.open('notes.txt', 'w') f:write('one\\ntwo\\n') f:close()")
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
