import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { templatesModule } from '../../hub/modules/templates.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'
import { refusalOf } from './support/refusal.ts'

let directory: TestDirectory
let t: TestVm

beforeEach(async () => {
  directory = testDirectory()
  vi.stubEnv('BOTSTER_USER_DIR', directory.at('user'))
  t = await newVm({ modules: [templatesModule()] })
})
afterEach(async () => {
  await t[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
  directory[Symbol.dispose]()
})

const states = async () =>
  Object.fromEntries(
    ((await t.run('return templates.list()'))[0] as { name: string; state: string }[]).map(({ name, state }) => [
      name,
      state,
    ]),
  )
const README = 'shared/plugins/autoname/README.md'

it('templates.list: says of each whether it is installed, changed, or in the way of something of the user’s', async () => {
  expect(await states()).toMatchObject({ 'init/basic': 'available', 'plugins/autoname': 'available' })
  const own = directory.at('user', 'lua', 'user', 'init.lua')
  mkdirSync(dirname(own), { recursive: true })
  writeFileSync(own, '-- mine')
  await t.run("templates.install('plugins/autoname')")
  expect(await states()).toMatchObject({ 'init/basic': 'taken', 'plugins/autoname': 'installed' })
  writeFileSync(directory.at('user', README), 'mine')
  expect(await states()).toMatchObject({ 'plugins/autoname': 'changed' })
})

it('templates.install: copies the files and overwrites nothing', async () => {
  const [installed] = await t.run("return templates.install('plugins/autoname')")
  expect(installed).toMatchObject({ name: 'plugins/autoname', files: expect.arrayContaining([README]) })
  expect(readFileSync(directory.at('user', README), 'utf8')).toContain('# autoname')
  expect(await t.run("return templates.install('plugins/autoname')")).toEqual(refusalOf('exists', 'is there already'))
  expect(await t.run("return templates.install('../x')")).toEqual(
    refusalOf('no_template', 'there are init/basic, plugins/attention'),
  )
  await expect(t.run('templates.install({})')).rejects.toThrow("bad argument #1 to 'templates.install'")
})

it('templates.install, templates.uninstall: put the Lua of the user where BOTSTER_LUA_PATH says, and the rest where it always is', async () => {
  vi.stubEnv('BOTSTER_LUA_PATH', directory.at('my-lua'))
  const init = directory.at('my-lua', 'user', 'init.lua')
  expect(await t.run("return templates.install('init/basic').files")).toEqual([[init]])
  expect(readFileSync(init, 'utf8')).toContain('commands.register')
  await t.run("templates.install('plugins/autoname')")
  expect(readFileSync(directory.at('user', README), 'utf8')).toContain('# autoname')
  expect(await states()).toMatchObject({ 'init/basic': 'installed', 'plugins/autoname': 'installed' })
  vi.stubEnv('BOTSTER_LUA_PATH', '')
  expect(await states()).toMatchObject({ 'init/basic': 'available', 'plugins/autoname': 'installed' })
  vi.stubEnv('BOTSTER_LUA_PATH', directory.at('my-lua'))
  expect(await t.run("return templates.uninstall('init/basic')")).toEqual([[init]])
  expect(await states()).toMatchObject({ 'init/basic': 'available' })
})

it('templates.install: says when its files cannot be written', async () => {
  mkdirSync(directory.at('user'))
  writeFileSync(directory.at('user', 'shared'), 'a file in the place of the directory')
  expect(await t.run("return templates.install('plugins/autoname')")).toEqual(
    refusalOf('unwritable', 'plugins/autoname could not be installed: ENOTDIR'),
  )
})

it('templates.uninstall: leaves what its user has changed, unless forced', async () => {
  expect(await t.run("return templates.uninstall('plugins/autoname')")).toEqual(
    refusalOf('not_installed', "template 'plugins/autoname' is not installed"),
  )
  expect(await t.run("return templates.uninstall('../x')")).toEqual(refusalOf('no_template', "no template '../x'"))
  await t.run("templates.install('plugins/autoname')")
  writeFileSync(directory.at('user', README), 'mine')
  expect(await t.run("return templates.uninstall('plugins/autoname')")).toEqual(refusalOf('changed', README))
  expect(readFileSync(directory.at('user', README), 'utf8')).toBe('mine')
  expect((await t.run("return templates.uninstall('plugins/autoname', true)"))[0]).toContain(README)
  expect(await states()).toMatchObject({ 'plugins/autoname': 'available' })
})

it('templates.list, templates.install, templates.uninstall: the examples run', async () => {
  await expectExamplesToRun(t, templatesModule(), 'log = { info = print }')
})

it('Every template has its files, and every folder of templates is one', async () => {
  const list = (await t.run('return templates.list()'))[0] as { name: string; files: string[]; hint: string }[]
  for (const { name, files, hint } of list) {
    expect(files.length, name).toBeGreaterThan(0)
    expect(hint, name).not.toBe('')
    if (name.startsWith('plugins/')) {
      for (const file of ['init.lua', 'init_test.lua', 'README.md']) {
        expect(files).toContain(join('shared', name, file))
      }
    }
  }
})
