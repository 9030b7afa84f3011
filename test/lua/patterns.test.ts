import { expect, it } from 'vitest'
import { Matcher } from '../../lua/vm/pattern.ts'
import { newVm } from './support.ts'

const subjects = [
  '',
  'a',
  'hello world',
  'key = value; other=thing',
  '  trim me  ',
  'f(a(b)c)d(e)',
  'THE (quick) fox',
  'a.b.c',
  '2026-11-21',
  'x]y^z-w',
  'aaa',
  '\0\u00ff\n\t',
  '%d %s',
]
const patterns = [
  '',
  'a',
  '^a',
  'a$',
  '^$',
  '.',
  '.-',
  '.*',
  '%a+',
  '(%w+)%s*=%s*(%w+)',
  '^%s*(.-)%s*$',
  '%b()',
  '()',
  '()ll()',
  '[%a_][%w_]*',
  '[^%s]+',
  '[]]',
  '[^]]',
  '[a-c]',
  '[%-x]',
  '[x-]',
  '%f[%w]%w+',
  '(a)%1',
  '((a)(.))',
  'a?',
  'a-b',
  '%.',
  '%%',
  '.-%.',
  '%d%d%d%d',
  '[%d-]+',
  '%u%l*',
  '%p',
  '%c',
  '%x+',
  '%g+',
  'l+',
  'l-o',
  '$',
  'a^b',
  '%S+$',
  '(()a())',
]

it("The bounded matcher finds what Lua's own finds", async () => {
  await using t = await newVm()
  using native = t.vm.load('local s, p = ... return {s:find(p)}', { chunkName: 'native', owner: 'test' })
  for (const subject of subjects) {
    for (const pattern of patterns) {
      const expected = t.vm.callSync(native, [subject, pattern])[0] as unknown[]
      const source = Buffer.from(subject)
      const matcher = new Matcher(source, Buffer.from(pattern), { anchors: true, tick: () => undefined })
      const found = matcher.next(0)
      const actual = found && [
        found.start + 1,
        found.end,
        ...matcher.captures().map((c) => (c.isPosition ? c.start + 1 : source.subarray(c.start, c.end).toString())),
      ]
      expect(actual ?? {}, `${subject} / ${pattern}`).toEqual(expected)
    }
  }
})

it('Malformed patterns are refused with the same words', async () => {
  await using t = await newVm()
  const long = `xaxb${'x'.repeat(3_000_000)}`
  for (const pattern of ['[a', '%', '(a', 'a)', '%1', '%f', '%b', '%bx', '[%', '[^', '(()']) {
    const message = async (subject: string) => {
      const [, raised] = await t.run('return pcall(string.find, ...)', subject, pattern)
      return String(typeof raised === 'object' ? (raised as { message: string }).message : raised).replace(/^.*?: /, '')
    }
    const [native, bounded] = [await message('xaxb'), await message(long)]
    expect(bounded.replace(/ in pattern.*| \(.*/, ''), pattern).toBe(native.replace(/ in pattern.*| \(.*/, ''))
  }
})

it('Long subjects give what short ones give', async () => {
  await using t = await newVm()
  const source = `
    local function both(f)
      local short = f('ab=12, cd=34; ')
      local long = f(('ab=12, cd=34; '):rep(20000))
      return short, long
    end
    local function count(p) return function(s) local n = 0 for a in s:gmatch(p) do n = n + 1 end return n end end
    local r = {}
    local function check(f) local a, b = both(f) r[#r + 1] = b == a * 20000 or {a, b} end
    check(count('(%w+)=(%w+)')) check(count('%a-=')) check(count('()%d')) check(count('^ab'))
    check(function(s) return select(2, s:gsub('(%w+)=(%w+)', '%2=%1')) end)
    check(function(s) return #s:gsub('(%w+)=(%w+)', '<%2=%1>%%') end)
    check(function(s) return #s:gsub('(%w+)=(%w+)', {ab = 'longer'}) end)
    check(function(s) return #s:gsub('(%w+)=(%w+)', function(k, v) if k == 'cd' then return v .. v end end) end)
    check(function(s) return select(2, s:gsub('', '-')) - 1 end)
    return r`
  const [checks] = await t.run(source)
  expect(checks).toEqual(Array.from({ length: 9 }, () => true))
  const long = `${'x'.repeat(200_000)}needle.end`
  expect(
    await t.run(
      "local s = ... return s:find('needle', 1, true), (s:match('(n%a+)%.')), s:find('n.*d$'), s:gsub('x+', 'y', 1)",
      long,
    ),
  ).toEqual([200_001, 'needle', 200_001, 'yneedle.end', 1])
  expect(
    await t.run("local s = ... return s:find('x', -3), s:find('d', -1), s:find('', 1e7), s:match('.', 200001)", long),
  ).toEqual([undefined, 200_010, undefined, 'n'])
  await expect(t.run("(...):gsub('x*x*x', '%9')", long)).rejects.toThrow('invalid capture index %9')
  await expect(t.run("(...):gsub('x*x*n', '%z')", long)).rejects.toThrow("invalid use of '%'")
  await expect(t.run("(...):gsub('x*x*n', function() return {} end)", long)).rejects.toThrow(
    'invalid replacement value',
  )
})
