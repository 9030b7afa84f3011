import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { defineFunction, defineModule } from '../../lua/vm/index.ts'
import { coveragePage, namedTests, unshown, untested } from '../../scripts/generate/coverage.ts'
import { page } from '../../scripts/generate/reference.ts'
import { stub } from '../../scripts/generate/stubs.ts'

const module = defineModule({
  name: 'thing',
  doc: 'Things.',
  sandbox: true,
  types: { Thing: { doc: 'A thing.', fields: { name: 'string # what it is called' } } },
  constants: { most: { value: 5, doc: 'the most' } },
  functions: {
    make: defineFunction({
      doc: 'Makes a thing.',
      args: [
        { name: 'name', type: 'text', doc: 'its name' },
        { name: 'size', type: ['integer', 'table'], default: 1 },
      ],
      variadic: { type: 'any' },
      yields: true,
      returns: [{ type: 'table', luaType: 'Thing' }],
      failures: { busy: 'there are too many' },
      raises: { 'no name': 'for the empty name' },
      example: "thing.make('x')",
      call: async () => ({}),
    }),
    inner: defineFunction({ doc: 'Private.', hidden: true, call: () => undefined }),
  },
  handles: { box: { doc: 'A box.', methods: { open: defineFunction({ doc: 'Opens it.', call: () => undefined }) } } },
})

it('Stubs tell an editor types, optional arguments, failures and handles', () => {
  const text = stub(module)
  expect(text).toContain(`---Makes a thing.
---@async
---@param name string its name
---@param size? integer|table
---@param ... any
---@return Thing
---@return string? message
---@return table? err
function thing.make(name, size, ...) end`)
  expect(text).toContain('---@class Thing\n---@field name string # what it is called')
  expect(text).toContain('---@field most number the most')
  expect(text).toContain('function box_handle:open() end')
  expect(text).not.toContain('inner')
})

it('The reference shows signature, defaults, failures and an example', () => {
  const text = page(module)
  expect(text).toContain('## thing.make(name, size?, ...)')
  expect(text).toContain('- `size` (`integer|table`, default `1`)')
  expect(text).toContain('- fails with `busy`: there are too many')
  expect(text).toContain('- raises “no name”: for the empty name')
  expect(text).toContain("```lua\nthing.make('x')\n```")
  expect(text).not.toContain('inner')
})

it('A description that contradicts itself is refused', () => {
  const args = [
    { name: 'a', type: 'text', optional: true },
    { name: 'b', type: 'text' },
  ] as const
  const define = () =>
    defineModule({ name: 'x', doc: '', functions: { f: defineFunction({ doc: '', args, call: () => undefined }) } })
  expect(define).toThrow("x.f: argument 'b' follows an optional one")
})

it('The table of tests finds each function by the titles of tests, and says which has none', async () => {
  await using directory = await temporaryDirectory()
  mkdirSync(join(directory.path, 'test'))
  writeFileSync(
    join(directory.path, 'test/thing.test.ts'),
    `test('thing.make: makes | one', async () => {})
     it.each([['a', 1]])('thing.make, box:open: both; thing.more: a third', () => {})
     test.skipIf(isMac)("other.one and other.two: the two", () => {})
     test('nothing is named: here', () => {})`,
  )
  const tests = namedTests(directory.path)
  expect(tests.map(({ functions }) => functions)).toEqual([
    ['thing.make'],
    ['thing.make', 'box:open', 'thing.more'],
    ['other.one', 'other.two'],
  ])
  const text = coveragePage([module], tests, '')
  expect(text).toContain(
    '| `thing.make` | `busy` | makes \\| one ([thing](../../test/thing.test.ts))<br>both; thing.more: a third ([thing](../../test/thing.test.ts)) |',
  )
  expect(untested([module], tests)).toEqual([])
  expect(untested([module], [])).toEqual(['thing.make', 'box:open'])
  expect(unshown([module], tests)).toEqual([
    { name: 'thing.make', what: 'fails with busy' },
    { name: 'thing.make', what: 'raises “no name”' },
  ])
  writeFileSync(
    join(directory.path, 'test/other.test.ts'),
    `test('thing.make: fails', () => refusalOf('busy'))
     test('thing.make: raises', () => expect(make('')).rejects.toThrow("bad argument #1 (no name)"))
     test('another.thing: is not asked for', () => {})`,
  )
  expect(unshown([module], namedTests(directory.path))).toEqual([])
})

it('--check names every stale, missing and left-over file', async () => {
  await using directory = await temporaryDirectory()
  const generate = (...args: string[]) =>
    spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../scripts/generate.ts'), '--out', directory.path, ...args],
      { encoding: 'utf8' },
    )
  expect(generate('--check')).toMatchObject({ status: 1, stderr: expect.stringContaining('stale: lua/types/json.lua') })
  expect(generate().status).toBe(0)
  expect(generate('--check')).toMatchObject({ status: 0, stderr: '' })
  writeFileSync(join(directory.path, 'docs/lua/log.md'), 'edited by hand')
  writeFileSync(join(directory.path, 'lua/types/gone.lua'), '')
  expect(generate('--check')).toMatchObject({
    status: 1,
    stderr: 'stale: docs/lua/log.md\nstale: lua/types/gone.lua\nrun `npm run generate`\n',
  })
  generate()
  expect(existsSync(join(directory.path, 'lua/types/gone.lua'))).toBe(false)
  expect(generate('--check').status).toBe(0)
})

async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'botster-generate-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
