import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { type UpdateModuleOptions, updateModule } from '../../hub/modules/update.ts'
import { HttpClient } from '../../lua/modules/web/client.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'
import { refusalOf } from './support/refusal.ts'
import { closedPort, serve } from './support/server.ts'

const withUpdate = (options: UpdateModuleOptions): Promise<TestVm> =>
  newVm({ modules: [updateModule({ client: new HttpClient({ env: {} }), env: {}, current: '1.2.3', ...options })] })

/** A registry whose latest version of botster is this. */
const registry = (latest: unknown) =>
  serve((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ 'dist-tags': { latest } })),
  )

const check = (t: TestVm) => t.run('return update.check()')
const install = async (t: TestVm) => (await t.run('return update.install()'))[0]

interface Npm {
  /** An environment in which `npm` is this one. */
  readonly env: NodeJS.ProcessEnv
  /** Where it has installed botster globally. */
  readonly root: string
  /** The arguments of every call but `root` and `config`. */
  calls(): string[]
}

/** An npm that keeps its global packages in a directory; `body` is what it does for `install` (sh; $version). */
function fakeNpm(directory: TestDirectory, body = '', registryUrl = ''): Npm {
  const root = directory.at('global', 'node_modules', 'botster')
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'package.json'), '{"name":"botster","version":"1.2.3"}')
  mkdirSync(directory.at('bin'))
  const script = `#!/bin/sh
case "$1" in
  root) echo '${dirname(root)}' ;;
  config) echo '${registryUrl}' ;;
  install)
    echo "$@ from $npm_config_registry" >> '${directory.at('calls')}'
    version=\${3#botster@}
    ${body || `echo "{\\"name\\":\\"botster\\",\\"version\\":\\"$version\\"}" > '${root}/package.json'`}
    ;;
esac
`
  writeFileSync(directory.at('bin', 'npm'), script)
  chmodSync(directory.at('bin', 'npm'), 0o755)
  const calls = () =>
    existsSync(directory.at('calls')) ? readFileSync(directory.at('calls'), 'utf8').trim().split('\n') : []
  return { env: { PATH: `${directory.at('bin')}:${process.env.PATH}` }, root, calls }
}

it('update.check: says whether a newer version is published, none is, or this one is ahead', async () => {
  const cases: [latest: string, status: string][] = [
    ['1.2.4', 'available'],
    ['1.10.0', 'available'],
    ['1.2.3', 'up_to_date'],
    ['1.2.3-beta.1', 'ahead'],
    ['0.9.9', 'ahead'],
  ]
  for (const [latest, status] of cases) {
    await using server = await registry(latest)
    await using t = await withUpdate({ registry: server.url })
    const available = status === 'available'
    expect(await check(t)).toEqual([{ available, status, current: '1.2.3', latest, version: latest }])
    expect(server.received[0]).toMatchObject({ url: '/botster', method: 'GET' })
  }
})

it('update.check: asks the registry of BOTSTER_UPDATE_URL, also one below a path', async () => {
  await using server = await registry('2.0.0')
  await using t = await withUpdate({ env: { BOTSTER_UPDATE_URL: `${server.url}/private/npm/` } })
  expect(await check(t)).toMatchObject([{ version: '2.0.0' }])
  expect(server.received[0]?.url).toBe('/private/npm/botster')
})

it('update.check: asks npm which registry it uses when nothing else says so', async () => {
  await using server = await registry('2.0.0')
  using directory = testDirectory()
  const { env } = fakeNpm(directory, '', `${server.url}/`)
  await using t = await withUpdate({ env })
  expect(await check(t)).toMatchObject([{ version: '2.0.0' }])
  await using without = await withUpdate({ env: { PATH: directory.at('empty') } })
  expect(await check(without)).toEqual(refusalOf('npm', 'npm was not found on PATH', { op: 'update.check' }))
})

it('update.check: says why there is no answer', async () => {
  const answers: Record<string, [number, string]> = {
    '/gone/botster': [404, '{}'],
    '/broken/botster': [503, ''],
    '/empty/botster': [200, '{}'],
    '/words/botster': [200, 'hello'],
    '/wrong/botster': [200, '{"dist-tags":{"latest":"; rm -rf /"}}'],
  }
  await using server = await serve(({ url }, response) => {
    const [status, body] = answers[url]!
    response.writeHead(status).end(body)
  })
  const at = async (url: string) => {
    await using t = await withUpdate({ registry: url })
    return await check(t)
  }
  expect(await at(`${server.url}/gone`)).toEqual(refusalOf('registry', "knows no package 'botster'"))
  expect(await at(`${server.url}/broken`)).toEqual(refusalOf('registry', 'answered 503'))
  for (const path of ['empty', 'words', 'wrong']) {
    expect(await at(`${server.url}/${path}`)).toEqual(refusalOf('registry', 'does not say which version'))
  }
  expect(await at(`http://127.0.0.1:${await closedPort()}`)).toEqual(refusalOf('connection_refused', 'nothing listens'))
  expect(await at('nonsense')).toEqual(refusalOf('invalid_url', 'no http or https URL'))
})

it('update.install: lets npm install the latest version globally, from the same registry', async () => {
  await using server = await registry('1.3.0')
  using directory = testDirectory()
  const npm = fakeNpm(directory)
  await using t = await withUpdate({ env: npm.env, root: npm.root, registry: server.url })
  expect(await install(t)).toEqual({ success: true, version: '1.3.0', previous: '1.2.3', changed: true })
  expect(npm.calls()).toEqual([`install --global botster@1.3.0 --no-audit --no-fund from ${server.url}`])
})

it('update.install: does nothing when there is nothing newer', async () => {
  await using server = await registry('1.2.3')
  using directory = testDirectory()
  const npm = fakeNpm(directory)
  await using t = await withUpdate({ env: npm.env, root: npm.root, registry: server.url })
  expect(await install(t)).toEqual({ success: true, version: '1.2.3', previous: '1.2.3', changed: false })
  expect(npm.calls()).toEqual([])
})

it('update.install: says what npm said when it fails, and notices when npm installed elsewhere', async () => {
  await using server = await registry('1.3.0')
  const bodies: [body: string, error: RegExp][] = [
    ['echo "npm error EACCES: permission denied" >&2; exit 243', /could not install botster 1.3.0: npm error EACCES/],
    ['true', /npm said that it installed 1.3.0, but .* holds 1.2.3/],
  ]
  for (const [body, error] of bodies) {
    using directory = testDirectory()
    const npm = fakeNpm(directory, body)
    await using t = await withUpdate({ env: npm.env, root: npm.root, registry: server.url })
    expect(await install(t)).toEqual({ success: false, error: expect.stringMatching(error), kind: 'npm' })
  }
})

it('update.install: says what to do where botster was not installed globally with npm', async () => {
  await using server = await registry('1.3.0')
  using directory = testDirectory()
  const npm = fakeNpm(directory)
  const checkout = directory.at('src', 'botster')
  mkdirSync(join(checkout, '.git'), { recursive: true })
  const local = directory.at('project', 'node_modules', 'botster')
  mkdirSync(local, { recursive: true })
  const unpacked = directory.at('opt', 'botster')
  mkdirSync(unpacked, { recursive: true })
  const advice: [root: string, text: string][] = [
    [checkout, `git checkout: run 'git pull' in ${checkout}`],
    [local, `is installed in ${directory.at('project')}: run 'npm install botster@latest' there`],
    [unpacked, `was not installed with npm: replace ${unpacked}`],
  ]
  for (const [root, text] of advice) {
    await using t = await withUpdate({ env: npm.env, root, registry: server.url })
    const error = expect.stringContaining(text)
    expect(await install(t)).toEqual({ success: false, error, kind: 'unsupported' })
  }
  await using t = await withUpdate({ env: { PATH: directory.at('empty') }, root: npm.root, registry: server.url })
  const error = expect.stringContaining('npm was not found on PATH')
  expect(await install(t)).toEqual({ success: false, error, kind: 'unsupported' })
  expect(npm.calls()).toEqual([])
})

it('update.install: passes on why the registry gives no answer', async () => {
  using directory = testDirectory()
  const npm = fakeNpm(directory)
  await using t = await withUpdate({ env: npm.env, root: npm.root, registry: `http://127.0.0.1:${await closedPort()}` })
  const error = expect.stringContaining('connection refused')
  expect(await install(t)).toEqual({ success: false, error, kind: 'connection_refused' })
})

it('update.install: one at a time, and ended with its owner', async () => {
  await using server = await registry('1.3.0')
  using directory = testDirectory()
  const npm = fakeNpm(directory, `echo $$ > '${directory.at('pid')}'; exec sleep 60`)
  await using t = await withUpdate({ env: npm.env, root: npm.root, registry: server.url })
  const options = { chunkName: 'p.lua', owner: 'plugin.p' }
  const run = t.vm.run('return update.install()', options)
  run.catch(() => undefined)
  await expect.poll(() => existsSync(directory.at('pid')) && readFileSync(directory.at('pid'), 'utf8')).toMatch(/\d\n/)
  expect(await install(t)).toEqual({ success: false, error: 'an installation is under way', kind: 'busy' })
  t.vm.releaseOwner('plugin.p')
  await expect(run).rejects.toMatchObject({ kind: 'cancelled' })
  const pid = Number(readFileSync(directory.at('pid'), 'utf8'))
  await expect.poll(() => isRunning(pid)).toBe(false)
})

it('update.check and update.install: raise where Lua cannot wait', async () => {
  await using t = await withUpdate({ registry: 'http://127.0.0.1:9/' })
  for (const name of ['check', 'install']) {
    const source = `table.sort({ 1, 2 }, function() return update.${name}() end)`
    await expect(t.run(source)).rejects.toMatchObject({ message: expect.stringContaining(`'update.${name}' waits`) })
  }
})

it('update: its examples run', async () => {
  await using server = await registry('1.3.0')
  using directory = testDirectory()
  const { env, root } = fakeNpm(directory)
  const module = updateModule({
    client: new HttpClient({ env: {} }),
    env,
    root,
    current: '1.2.3',
    registry: server.url,
  })
  await using t = await newVm({ modules: [module] })
  await expectExamplesToRun(t, module, 'local log = { info = print, error = print }')
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
