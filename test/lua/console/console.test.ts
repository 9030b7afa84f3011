import { expect, it } from 'vitest'
import { LuaConsole } from '../../../lua/console/console.ts'
import { Outbox } from '../../../lua/console/outbox.ts'
import { jsonModule, timerModule } from '../../../lua/modules/index.ts'
import { defineModule } from '../../../lua/vm/index.ts'
import type { LuaOutput, LuaRun } from '../../../protocol/messages/lua.ts'
import { newVm, type TestVm } from '../support.ts'

interface TestConsole extends Disposable {
  readonly t: TestVm
  readonly console: LuaConsole
  readonly output: LuaOutput[]
  /** Bytes that the reader has not taken; set to make it slow. */
  queued: number
  /** How often that was asked. */
  asked: number
  /** Runs a line as the REPL does. */
  line(source: string, more?: Partial<LuaRun>): ReturnType<LuaConsole['run']>
  text(): string
}

async function newConsole(): Promise<TestConsole> {
  const output: LuaOutput[] = []
  const modules = [timerModule(), jsonModule()]
  const t = await newVm({
    modules,
    print: (text, owner, bytes) => {
      if (owner === 'repl') test.console.print(text, bytes)
    },
    onError: (report) => test.console.report(report),
  })
  const queued = () => {
    test.asked++
    return test.queued
  }
  const outbox = new Outbox({ send: (sent) => output.push(sent), queued, closed: () => false })
  const thing = defineModule({
    name: 'thing',
    doc: '',
    functions: {},
    handles: { thing: { doc: '', methods: { name: { doc: '', call: () => 1 }, wait: { doc: '', call: () => 1 } } } },
  })
  const test: TestConsole = {
    t,
    console: new LuaConsole({ vm: t.vm, owner: 'repl', outbox, modules: [...modules, thing] }),
    output,
    queued: 0,
    asked: 0,
    line: (source, more) => test.console.run({ source, chunkName: 'stdin', show: 'quoted', ...more }),
    text: () => output.map(({ text }) => (typeof text === 'string' ? text : Buffer.from(text).toString())).join(''),
    [Symbol.dispose]: () => t[Symbol.dispose](),
  }
  return test
}

async function shown(source: string): Promise<unknown> {
  using c = await newConsole()
  const outcome = await c.line(source)
  return outcome.kind === 'done' ? outcome.text : outcome
}

it.each([
  ['1, 2.0, nil, true', '1\t2.0\tnil\ttrue'],
  ['"a\\n\\27[0m\\0\\"", "é\\u{85}"', '"a\\n\\x1b[0m\\x00\\""\t"é\\u{85}"'],
  ['"\\xff"', '"\\xff"'],
  ['{}, {1, {2}}, {a = 1, ["end"] = {b = 2}}', '{}\t{ 1, { 2 } }\t{ a = 1, ["end"] = { b = 2 } }'],
  ['{[2] = 1, [-1] = 2, [1.5] = 3, [true] = 4}', '{ [-1] = 2, [1.5] = 3, [2] = 1, [true] = 4 }'],
  ['json.null, print, t.open(3)', 'null\t<function>\t<thing: 3>'],
  ['function() end, coroutine.create(print)', '<function stdin:1>\t<coroutine, suspended>'],
  ['setmetatable({}, {__tostring = function() return "itself" end})', '<itself>'],
  ['(function() local t = {} t.t = t return t end)()', '{ t = <a table that contains this one> }'],
  ['1 + 1', '2'],
  ['local x = 3 return x', '3'],
  ['x = 3', undefined],
  ['-- nothing', undefined],
])('The results of %s are shown', async (source, text) => {
  expect(await shown(source)).toBe(text)
})

it('Large tables take several lines, and not without end', async () => {
  expect(await shown('{ name = ("x"):rep(50), other = ("y"):rep(50) }')).toBe(
    `{\n  name = "${'x'.repeat(50)}",\n  other = "${'y'.repeat(50)}"\n}`,
  )
  const many = String(await shown('(function() local t = {} for i = 1, 100000 do t[i] = i end return t end)()'))
  expect(many).toMatch(/^\{\n {2}1, 2, 3, .*\n {2}.*200, … 99800 more\n\}$/s)
  const deep = 'local t = {} for i = 1, 1000 do t = {t} end return t'
  expect(await shown(deep)).toBe('{ { { { { { { { {…} } } } } } } } }')
})

it('Globals last from line to line, and are nobody else’s', async () => {
  using c = await newConsole()
  await c.line('x = 1 function twice(n) return 2 * n end')
  expect(await c.line('twice(x + 1)')).toEqual({ kind: 'done', text: '4' })
  expect(await c.line('_ + 1')).toEqual({ kind: 'done', text: '5' })
  expect(c.t.vm.getGlobal('twice')).toBeUndefined()
})

it('What a script is given', async () => {
  using c = await newConsole()
  const source = '#!/usr/bin/env botster lua\nprint(select("#", ...), ..., arg[0], arg[2], #arg, arg.cwd)'
  const request: LuaRun = { source, chunkName: 'a.lua', args: ['x', 'y'], cwd: '/home', show: 'nothing' }
  expect(await c.console.run(request)).toEqual({ kind: 'done', text: undefined })
  expect(c.text()).toBe('2\tx\ta.lua\ty\t2\t/home\n')
})

it('What is printed comes at once, byte for byte', async () => {
  using c = await newConsole()
  const run = c.line('print("a", 1) print("\\xff") t.never()')
  await expect.poll(() => c.output.length).toBe(2)
  expect(c.output).toEqual([
    { stream: 'output', text: 'a\t1\n' },
    { stream: 'output', text: Buffer.from([0xff, 0x0a]) },
  ])
  c.console.cancel()
  expect(await run).toMatchObject({ kind: 'failed', reason: 'cancelled', message: 'stopped' })
})

it.each(['if x then', 'f(', '{', 'x +', 'print("a",', '[[text', 'function f()\n  return 1'])(
  '%j is the beginning of something',
  async (source) => {
    using c = await newConsole()
    expect(await c.line(source)).toMatchObject({ kind: 'incomplete' })
  },
)

it('Errors say what, where, and how it came there', async () => {
  using c = await newConsole()
  const source = 'local function f()\n  error("boom")\nend\nf()'
  expect(await c.console.run({ source, chunkName: 'dir/script.lua', show: 'nothing' })).toEqual({
    kind: 'failed',
    reason: 'runtime',
    message: 'dir/script.lua:2: boom',
    traceback: "  [C]: in function 'error'\n  dir/script.lua:2: in local 'f'\n  dir/script.lua:4: in main chunk",
  })
  expect(await c.line('x = = 1')).toMatchObject({ reason: 'syntax', message: "stdin:1: unexpected symbol near '='" })
  expect(await c.line('error({kind = "odd", message = "strange"})')).toMatchObject({
    reason: 'odd',
    message: 'strange',
  })
})

it('A script may run for long, be stopped, and be given a time', async () => {
  using c = await newConsole()
  const long = c.line('for i = 1, 5e7 do end print("done")')
  expect(await c.line('1')).toMatchObject({ kind: 'failed', reason: 'busy' })
  expect(c.t.now('return 1')).toEqual([1])
  expect(await long).toMatchObject({ kind: 'done' })
  const late = await c.line('while true do pcall(function() while true do end end) end', { timeoutMs: 20 })
  expect(late).toMatchObject({ reason: 'deadline', message: 'stopped: it was not done within 20 ms' })
  const endless = c.line('while true do end')
  setImmediate(() => c.console.cancel())
  expect(await endless).toMatchObject({ reason: 'cancelled', traceback: expect.stringContaining('stdin:1: in') })
})

it('Where it cannot be paused it is stopped after two seconds, and told why', async () => {
  using c = await newConsole()
  const outcome = await c.line('table.sort({3, 2, 1}, function() while true do end end)')
  expect(outcome).toMatchObject({ reason: 'watchdog', message: expect.stringMatching(/2000 ms.*could not be paused/s) })
})

it('A slow reader slows the script down and loses nothing', async () => {
  using c = await newConsole()
  c.queued = 1 << 21
  let isOver = false
  const run = c.line('for i = 1, 20000 do print(i) end').finally(() => {
    isOver = true
  })
  await expect.poll(() => c.asked).toBeGreaterThan(20)
  expect(isOver).toBe(false)
  expect(c.output).toEqual([])
  c.queued = 0
  await run
  expect(c.text()).toBe(Array.from({ length: 20000 }, (_, i) => `${i + 1}\n`).join(''))
})

it('More than anybody reads, printed where nothing can be paused, is cut off and said to be', async () => {
  using c = await newConsole()
  c.queued = 1 << 21
  const run = c.line(
    'local s = ("x"):rep(1 << 20) table.sort({2, 1}, function(a, b) for i = 1, 40 do print(s) end return a < b end)',
  )
  await expect.poll(() => c.asked).toBeGreaterThan(5)
  c.queued = 0
  await run
  expect(c.output.at(-1)).toEqual({ stream: 'error', text: expect.stringMatching(/^… \d+ more bytes were printed/) })
})

it('Errors of callbacks come with their stack; timers and the rest go with the person', async () => {
  using c = await newConsole()
  await c.line(
    'timer.after(0, function() error("late") end) timer.every(0.001, function() ticks = (ticks or 0) + 1 end)',
  )
  await expect.poll(() => c.text()).toContain('stdin:1: late\nstack traceback:\n')
  expect(c.output.at(-1)!.stream).toBe('error')
  const waiting = c.line('t.never()')
  c.console[Symbol.dispose]()
  expect(await waiting).toMatchObject({ reason: 'cancelled' })
  expect(c.t.vm.runSync('return timer.cancel(2)', { chunkName: 'a', owner: 'a' })).toEqual([false])
})

it.each([
  ['str', ['string']],
  ['x = string.re', ['string.rep', 'string.reverse']],
  ['("x"):re', []],
  ['thing:', ['thing:name', 'thing:wait']],
  ['thing:n', ['thing:name']],
  ['deep.er.v', ['deep.er.value']],
  ['text:up', ['text:upper']],
  ['whi', ['while']],
  ['min', ['mine']],
  ['nothing.at.all', []],
  ['1.', []],
  ['', expect.arrayContaining(['print', 'string', 'mine', 'and'])],
])('%j is completed', async (text, candidates) => {
  using c = await newConsole()
  await c.line('mine = 1 thing = t.open(1) deep = setmetatable({}, {__index = {er = {value = 1}}}) text = "x"')
  const completed = c.console.complete(text)
  expect(completed.candidates).toEqual(candidates)
  expect(text.endsWith(completed.word)).toBe(true)
})

it('Completing runs nothing of a script’s', async () => {
  using c = await newConsole()
  await c.line('trap = setmetatable({}, {__index = function() touched = true end})')
  expect(c.console.complete('trap.x.y').candidates).toEqual([])
  expect(await c.line('touched')).toMatchObject({ text: 'nil' })
})
