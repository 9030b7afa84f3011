import { expect, it } from 'vitest'
import { newVm } from './support.ts'

const files: Record<string, string> = {
  'lib.agent': 'local name, path = ... loads = (loads or 0) + 1 return {name = name, path = path}',
  'lib.nothing': 'ran = true',
  'lib.waits': 't.soon() return {after = t.soon("waiting")}',
  'lib.broken': 'local x = 1\nlocal = 2',
  'lib.raises': '\nerror("on purpose")',
  'lib.a': 'return require("lib.b")',
  'lib.b': 'return require("lib.a")',
}
const resolveModule = (name: string) =>
  files[name] === undefined
    ? undefined
    : { source: Buffer.from(files[name]), path: `lua/${name.replaceAll('.', '/')}.lua` }

it('A module is loaded once and kept in package.loaded', async () => {
  await using t = await newVm({ resolveModule })
  expect(
    await t.run(
      "local a, path = require('lib.agent') return a, path, rawequal(a, require('lib.agent')), loads, package.loaded['lib.agent'] == a",
    ),
  ).toEqual([{ name: 'lib.agent', path: 'lua/lib/agent.lua' }, 'lua/lib/agent.lua', true, 1, true])
  expect(await t.run("package.loaded['lib.agent'] = nil require('lib.agent') return loads")).toEqual([2])
  expect(await t.run("return require('lib.nothing'), ran")).toEqual([true, true])
})

it('A module may wait while it loads', async () => {
  await using t = await newVm({ resolveModule })
  expect(await t.run("return require('lib.waits').after")).toEqual(['waiting'])
})

it('Primitives and preloaded modules can be required', async () => {
  await using t = await newVm({ resolveModule })
  expect(
    await t.run(
      "package.preload.mine = function(name) return name .. '!' end return require('mine'), require('t') == t, require('string') == string",
    ),
  ).toEqual(['mine!', true, true])
})

it('What is missing, broken or requires itself is reported where it matters, and can be tried again', async () => {
  await using t = await newVm({ resolveModule })
  await expect(t.run("\nrequire('lib.gone')")).rejects.toThrow("test.lua:2: module 'lib.gone' not found")
  await expect(t.run("require('lib.broken')")).rejects.toMatchObject({
    kind: 'syntax',
    file: 'lua/lib/broken.lua',
    line: 2,
  })
  await expect(t.run("require('lib.raises')")).rejects.toMatchObject({ file: 'lua/lib/raises.lua', line: 2 })
  await expect(t.run("require('lib.a')")).rejects.toThrow(/module 'lib\.a' requires itself/)
  files['lib.raises'] = 'return "mended"'
  expect(await t.run("return (require('lib.raises'))")).toEqual(['mended'])
  await expect(t.run('require(5)')).rejects.toThrow("bad argument #1 to 'require' (string expected, got number)")
})

it('A chunk may begin with a byte order mark or a #! line', async () => {
  await using t = await newVm()
  expect(await t.run('#!/usr/bin/env botster\nreturn 1')).toEqual([1])
  expect(await t.run('\ufeffreturn 2')).toEqual([2])
  expect(await t.run('')).toEqual([])
})
