import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeFileLock } from '../../lua/modules/file-lock.ts'
import { type Keyring, type SecretsOptions, secretsModule } from '../../lua/modules/secrets/index.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { type TestDirectory, testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'
import { refusalOf } from './support/refusal.ts'

const VALUE = 'correct horse battery staple'

let dir: TestDirectory
let t: TestVm
const vm = (options: Partial<SecretsOptions> = {}) =>
  newVm({ modules: [secretsModule({ directory: dir.at('secrets'), backend: 'file', ...options })] })
beforeEach(async () => {
  dir = testDirectory()
  t = await vm()
})
afterEach(() => {
  t[Symbol.dispose]()
  dir[Symbol.dispose]()
})

/** A keyring in memory, which can be locked. */
function fakeKeyring(): Keyring & { isLocked: boolean; readonly entries: Map<string, string> } {
  const entries = new Map<string, string>()
  const checkOpen = () => {
    if (keyring.isLocked) throw new Error('the keyring is locked')
  }
  const keyring = {
    isLocked: false,
    entries,
    async read(account: string) {
      checkOpen()
      return entries.get(account)
    },
    async write(account: string, secret: string) {
      checkOpen()
      entries.set(account, secret)
    },
  }
  return keyring
}

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const secretFile = (namespace: string, name: string) => dir.at('secrets', namespace, `${name}.json`)

test('secrets: every example of the reference runs', async () => {
  await expectExamplesToRun(t, secretsModule({ directory: dir.at('secrets'), backend: 'file' }))
})

test('secrets.set, secrets.get: what was kept is there, byte for byte, also for the next hub', async () => {
  const bytes = Uint8Array.from({ length: 8192 }, (_, i) => i * 7)
  expect(await t.run("return secrets.set('token', ...), secrets.set('empty', '')", bytes)).toEqual([true, true])
  await using other = await vm()
  expect(await other.run("return secrets.get('token'), secrets.get('empty')")).toEqual([bytes, ''])
})

test('secrets.get: nothing is kept under a name that was never set', async () => {
  expect(await t.run("return secrets.get('x') == nil, select('#', secrets.get('x'))")).toEqual([true, 1])
  expect(readdirSync(dir.path)).toEqual([])
  await t.run("secrets.set('x', 'y')")
  expect(await t.run("return secrets.get('other')")).toEqual([undefined])
})

test('secrets: each plugin has its own, and a namespace can be named', async () => {
  const as = (owner: string, code: string) => t.vm.run(code, { owner, chunkName: 'p.lua' })
  await as('plugin.github', "secrets.set('token', 'first')")
  await as('plugin.gitlab', "secrets.set('token', 'second')")
  expect(await as('plugin.github~4', "return secrets.get('token')")).toEqual(['first'])
  expect(await as('plugin.gitlab', "return secrets.get('token'), secrets.get('github', 'token')")).toEqual([
    'second',
    'first',
  ])
  await as('user.init', "secrets.set('github', 'token', 'third')")
  expect(await as('plugin.github', "return secrets.get('token')")).toEqual(['third'])
  expect(await as('user.init', "return secrets.get('token')")).toEqual([undefined])
})

test('secrets: names that differ only in case are two', async () => {
  await t.run("secrets.set('Token', 'a') secrets.set('token', 'b')")
  expect(await t.run("return secrets.get('Token') .. secrets.get('token')")).toEqual(['ab'])
  expect(new Set(filesIn(dir.at('secrets')).map((path) => path.toLowerCase())).size).toBe(4)
})

test('secrets.delete: forgets a secret and says whether there was one', async () => {
  await t.run("secrets.set('a', 'x') secrets.set('ns', 'a', 'y')")
  expect(await t.run("return secrets.delete('a'), secrets.delete('a'), secrets.get('a')")).toEqual([
    true,
    false,
    undefined,
  ])
  expect(await t.run("return secrets.get('ns', 'a'), secrets.delete('ns', 'a')")).toEqual(['y', true])
})

test('secrets.set: what is on the disk is encrypted, differs each time, and is for the user alone', async () => {
  await t.run("secrets.set('token', ...)", VALUE)
  const first = readFileSync(secretFile('test', 'token'), 'utf8')
  expect(Object.keys(JSON.parse(first)).sort()).toEqual(['ciphertext', 'master', 'nonce', 'version'])
  await t.run("secrets.set('token', ...)", VALUE)
  expect(readFileSync(secretFile('test', 'token'), 'utf8')).not.toBe(first)
  for (const path of filesIn(dir.path)) {
    expect(readFileSync(path, 'latin1')).not.toContain(VALUE)
    expect(readFileSync(path, 'latin1')).not.toContain(Buffer.from(VALUE).toString('base64').slice(0, 20))
  }
  expect(statSync(secretFile('test', 'token')).mode & 0o777).toBe(0o600)
  expect(statSync(dir.at('secrets/master.json')).mode & 0o777).toBe(0o600)
  expect(statSync(dir.at('secrets')).mode & 0o777).toBe(0o700)
})

test('secrets.get: whatever was changed on the disk is noticed and named', async () => {
  await t.run("secrets.set('token', ...) secrets.set('other', 'x') secrets.set('ns', 'token', 'y')", VALUE)
  const path = secretFile('test', 'token')
  const text = readFileSync(path, 'utf8')
  const sealed = JSON.parse(text) as { nonce: string; ciphertext: string; master: string }
  const flipped = (base64: string, at: number) => {
    const bytes = Buffer.from(base64, 'base64')
    bytes[at < 0 ? bytes.length + at : at]! ^= 1
    return bytes.toString('base64')
  }
  const changes = [
    { ...sealed, ciphertext: flipped(sealed.ciphertext, 0) },
    { ...sealed, ciphertext: flipped(sealed.ciphertext, -1) },
    { ...sealed, ciphertext: '' },
    { ...sealed, nonce: flipped(sealed.nonce, 5) },
    { ...sealed, nonce: 'AAAA' },
    { ...sealed, version: 2 },
    {},
  ].map((changed) => JSON.stringify(changed))
  const swapped = [secretFile('test', 'other'), secretFile('ns', 'token')].map((other) => readFileSync(other, 'utf8'))
  for (const bad of [...changes, ...swapped, '', 'null', text.slice(0, 40), '\0\xff']) {
    writeFileSync(path, bad)
    const [value, message, err] = await t.run("return secrets.get('token')")
    expect([value, message], bad).toEqual([
      undefined,
      'the secret test/token was damaged or tampered with: set it again',
    ])
    expect(err).toMatchObject({ kind: 'tampered', op: 'secrets.get' })
  }
  writeFileSync(path, text)
  expect(await t.run("return secrets.get('token')")).toEqual([VALUE])
})

test('secrets.set: does not replace a master key that was damaged', async () => {
  await t.run("secrets.set('token', 'x')")
  writeFileSync(dir.at('secrets/master.json'), '{"backend":"file","key":"short"}')
  await using other = await vm()
  expect(await other.run("return secrets.set('token', 'y')")).toEqual(
    refusalOf('tampered', `the master key is damaged: remove ${dir.at('secrets')}`),
  )
  expect(readFileSync(dir.at('secrets/master.json'), 'utf8')).toContain('short')
})

test('secrets.set: gives up while another hub is making the master key', async () => {
  mkdirSync(dir.at('secrets'))
  using _lock = takeFileLock(dir.at('secrets/lock'), 0)!
  await using other = await vm({ lockPatienceMs: 250 })
  expect(await other.run("return secrets.set('token', 'y')")).toEqual(refusalOf('busy', 'another hub is making'))
})

test('secrets.get: another master key is told from tampering', async () => {
  await t.run("secrets.set('token', 'x')")
  renameSync(dir.at('secrets/test'), dir.at('kept'))
  rmSync(dir.at('secrets'), { recursive: true })
  await using other = await vm()
  await other.run("secrets.set('mine', 'x')")
  renameSync(dir.at('kept/token.json'), secretFile('test', 'token'))
  expect((await other.run("return select(3, secrets.get('token')).kind"))[0]).toBe('wrong_key')
  writeFileSync(dir.at('secrets/master.json'), '{}')
  await using third = await vm()
  expect((await third.run("return select(3, secrets.get('token')).kind"))[0]).toBe('tampered')
})

test('secrets.get, secrets.set and secrets.delete: wrong names and values raise, and are never repeated', async () => {
  const long = 'x'.repeat(65)
  for (const call of [
    "secrets.get('a b')",
    "secrets.get('')",
    "secrets.get('../x')",
    `secrets.get('${long}')`,
    "secrets.get('ns.x', 'a')",
    "secrets.delete('a/b')",
    `secrets.set('${VALUE}', 'x')`,
    "secrets.set('\\255', 'x')",
  ]) {
    const problem = await t.run(call).catch((error: Error) => error.message)
    expect(problem, call).toMatch(
      /bad argument #1 to 'secrets\.\w+' \((1 to 64 letters, digits, - and _ expected|text expected)/,
    )
    expect(problem).not.toContain(VALUE)
  }
  const tooLong = await t.run("secrets.set('a', (...):rep(400))", VALUE).catch((error: Error) => error.message)
  expect(tooLong).toBe("test.lua:1: bad argument #2 to 'secrets.set' (a secret has at most 8192 bytes, got 11200)")
  await expect(t.run("secrets.set('a')")).rejects.toThrow("bad argument #2 to 'secrets.set' (string expected")
  await expect(t.run('secrets.get()')).rejects.toThrow("bad argument #1 to 'secrets.get' (string expected")
  expect(t.errors).toEqual([])
})

test('secrets: with a keyring, the master key is there and nowhere on the disk', async () => {
  const keyring = fakeKeyring()
  await using a = await vm({ backend: 'auto', keyring })
  await a.run("secrets.set('token', 'x')")
  const [key] = [...keyring.entries.values()]
  expect(Buffer.from(key!, 'base64')).toHaveLength(32)
  for (const path of filesIn(dir.path)) expect(readFileSync(path, 'utf8')).not.toContain(key)
  await using b = await vm({ backend: 'auto', keyring })
  expect(await b.run("return secrets.get('token')")).toEqual(['x'])
})

test('secrets: without a keyring, a file for the user alone has the key', async () => {
  const keyring = fakeKeyring()
  keyring.isLocked = true
  await using a = await vm({ backend: 'auto', keyring })
  expect(await a.run("return secrets.set('token', 'x'), secrets.get('token')")).toEqual([true, 'x'])
  keyring.isLocked = false
  await using b = await vm({ backend: 'auto', keyring })
  expect(await b.run("return secrets.get('token')")).toEqual(['x'])
  expect(keyring.entries.size).toBe(0)
})

test('secrets.get, secrets.set: a keyring that does not answer any more never leads to a second key', async () => {
  const keyring = fakeKeyring()
  await using a = await vm({ backend: 'auto', keyring })
  await a.run("secrets.set('token', 'x')")
  keyring.isLocked = true
  await using b = await vm({ backend: 'auto', keyring })
  for (const call of ["secrets.get('token')", "secrets.set('token', 'y')"]) {
    const [value, message, err] = await b.run(`return ${call}`)
    expect([value, message]).toEqual([undefined, expect.stringContaining('the keyring is locked')])
    expect(err).toMatchObject({ kind: 'keyring' })
  }
  keyring.isLocked = false
  expect(await b.run("return secrets.get('token')")).toEqual(['x'])
  keyring.entries.clear()
  await using c = await vm({ backend: 'auto', keyring })
  expect((await c.run("return (select(2, secrets.get('token')))"))[0]).toContain('the keyring has no key')
})

test('secrets: two hubs that set their first secret at once share one key', async () => {
  const keyring = fakeKeyring()
  await using a = await vm({ backend: 'auto', keyring })
  await using b = await vm({ backend: 'auto', keyring })
  await Promise.all([a.run("assert(secrets.set('a', '1'))"), b.run("assert(secrets.set('b', '2'))")])
  await using c = await vm({ backend: 'auto', keyring })
  expect(await c.run("return secrets.get('a'), secrets.get('b')")).toEqual(['1', '2'])
})

test('secrets: what the system refuses is said in words', async () => {
  mkdirSync(dir.at('secrets/test/token.json'), { recursive: true })
  const [value, message, err] = await t.run("return secrets.get('token')")
  expect([value, message]).toEqual([undefined, expect.stringContaining('it is a directory')])
  expect(err).toMatchObject({ kind: 'is_directory' })
})
