import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type PushModuleOptions, pushModule } from '../../hub/modules/push.ts'
import { HttpClient } from '../../lua/modules/web/client.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { testDirectory } from './directory.ts'
import { expectExamplesToRun } from './examples.ts'
import { pushDevice, vapidClaims } from './support/push-device.ts'
import { refusalOf } from './support/refusal.ts'
import { closedPort, serve, type TestServer } from './support/server.ts'

const withPush = (options: PushModuleOptions): Promise<TestVm> =>
  newVm({ modules: [pushModule({ client: new HttpClient({ env: {} }), ...options })] })

/** A push service that answers each path with the status in it: /device/201. */
const service = (): Promise<TestServer> =>
  serve(({ url }, response) => response.writeHead(Number(url.split('/')[2] ?? 201)).end('because'))

const modeOf = (path: string) => statSync(path).mode & 0o777

it('push.send: a device gets title, body, url and kind, encrypted for it alone and signed by us', async () => {
  await using server = await service()
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.at('push'), subject: 'mailto:me@example.org' })
  const device = pushDevice(`${server.url}/device/201`)
  const message = { title: 'Fertig ✓', body: 'All tests pass', url: 'https://example.org/x', kind: 'agent', n: 1.5 }
  await t.run('push.subscribe(...)', device.subscription)
  const sent = await t.run('local m = ... return push.send(m, { ttl = 60, urgency = "high", topic = "t-1" })', message)
  expect(sent).toEqual([{ sent: 1, removed: 0, failed: 0, errors: [] }])
  const [request] = server.received
  expect(request?.headers).toMatchObject({
    'content-encoding': 'aes128gcm',
    'content-type': 'application/octet-stream',
    ttl: '60',
    urgency: 'high',
    topic: 't-1',
  })
  expect(JSON.parse(device.decrypt(request!.body))).toEqual(message)
  expect(request!.body.includes('tests pass')).toBe(false)
  expect(() => pushDevice(server.url).decrypt(request!.body)).toThrow()
  const { claims, publicKey } = vapidClaims(request?.headers.authorization)
  expect(claims).toMatchObject({ aud: server.url, sub: 'mailto:me@example.org' })
  expect(Number(claims.exp)).toBeGreaterThan(Date.now() / 1000)
  expect(await t.run('return push.public_key()')).toEqual([publicKey])
})

it('push.send: sends to every device, forgets those that have unsubscribed and tells of those that failed', async () => {
  await using server = await service()
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.path })
  const port = await closedPort()
  const endpoints = [201, 410, 404, 429].map((status) => `${server.url}/device/${status}`)
  endpoints.push(`http://127.0.0.1:${port}/device/0`)
  const ids: unknown[] = []
  for (const endpoint of endpoints) {
    ids.push((await t.run('return push.subscribe(...)', pushDevice(endpoint).subscription))[0])
  }
  const [result] = (await t.run("return push.send({ title = 'x' })")) as [{ errors: { id: string }[] }]
  expect(result).toMatchObject({ sent: 1, removed: 2, failed: 2 })
  expect(result.errors.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))).toEqual([
    { id: ids[3], kind: 'refused', status: 429, message: `refused: 127.0.0.1:${server.port} answered 429 (because)` },
    { id: ids[4], kind: 'connection_refused', message: expect.stringContaining(String(port)) },
  ])
  const [left] = await t.run('return push.list()')
  expect((left as { id: string }[]).map(({ id }) => id).sort()).toEqual([ids[0], ids[3], ids[4]].sort())
})

it('push.send: without a device nothing is sent, and a service that does not answer is given up', async () => {
  await using server = await serve(() => undefined)
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.path })
  expect(await t.run("return push.send({ title = 'x' })")).toEqual([{ sent: 0, removed: 0, failed: 0, errors: [] }])
  await t.run('push.subscribe(...)', pushDevice(server.url).subscription)
  const [result] = await t.run("return push.send({ title = 'x' }, { timeout_ms = 60 })")
  expect(result).toMatchObject({ failed: 1, errors: [{ kind: 'timeout' }] })
})

it('push.send: a message at the limit arrives, one beyond it is refused', async () => {
  await using server = await service()
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.path })
  const device = pushDevice(`${server.url}/device/201`)
  await t.run('push.subscribe(...)', device.subscription)
  const room = 3993 - JSON.stringify({ title: '' }).length
  expect(await t.run('return push.send({ title = ... })', 'x'.repeat(room))).toMatchObject([{ sent: 1 }])
  expect(server.received[0]?.body.length).toBe(4096)
  expect(device.decrypt(server.received[0]!.body)).toHaveLength(3993)
  const source = 'return push.send({ title = ... })'
  const refusal = refusalOf('too_large', '3994 bytes as JSON, 3993 can be sent', { op: 'push.send' })
  expect(await t.run(source, 'x'.repeat(room + 1))).toEqual(refusal)
})

it('push.send: ends with its owner', async () => {
  await using server = await serve(() => undefined)
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.path })
  await t.run('push.subscribe(...)', pushDevice(server.url).subscription)
  const run = t.vm.run("return push.send({ title = 'x' })", { chunkName: 'p.lua', owner: 'plugin.p' })
  run.catch(() => undefined)
  await expect.poll(() => server.received.length).toBe(1)
  t.vm.releaseOwner('plugin.p')
  await expect(run).rejects.toMatchObject({ kind: 'cancelled' })
  await expect.poll(() => server.connections.size).toBe(0)
})

it('push.public_key: keys are made once, for the user alone, and are the same for every hub', async () => {
  using directory = testDirectory()
  await using first = await withPush({ directory: directory.at('push') })
  await using second = await withPush({ directory: directory.at('push') })
  const both = await Promise.all([first.run('return push.public_key()'), second.run('return push.public_key()')])
  expect(both[0]).toEqual(both[1])
  expect(Buffer.from(String(both[0]?.[0]), 'base64url')).toHaveLength(65)
  await using third = await withPush({ directory: directory.at('push') })
  expect(await third.run('return push.public_key()')).toEqual(both[0])
  expect(modeOf(directory.at('push'))).toBe(0o700)
  expect(modeOf(directory.at('push', 'vapid.json'))).toBe(0o600)
})

it('push.public_key, push.send: a file that holds no keys is not overwritten but told of', async () => {
  using directory = testDirectory()
  writeFileSync(directory.at('vapid.json'), '{"publicKey":"x"}')
  await using t = await withPush({ directory: directory.path })
  const refusal = refusalOf('invalid', 'it holds no keys: remove it, and subscribe every device anew')
  expect(await t.run('return push.public_key()')).toEqual(refusal)
  await t.run('push.subscribe(...)', pushDevice('https://push.example.org/x').subscription)
  expect(await t.run("return push.send({ title = 'x' })")).toEqual(refusal)
  expect(readFileSync(directory.at('vapid.json'), 'utf8')).toBe('{"publicKey":"x"}')
})

it('push.subscribe, push.list and push.unsubscribe: keep subscriptions for every hub, for the user alone', async () => {
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.at('push') })
  const one = pushDevice('https://push.example.org/one').subscription
  const two = pushDevice('https://other.example.org/two').subscription
  const [first] = await t.run('return push.subscribe(...)', one)
  const [second] = await t.run('return push.subscribe(...)', { ...two, expirationTime: 5 })
  expect(await t.run('return push.subscribe(...)', { ...one, keys: two.keys })).toEqual([first])
  await using other = await withPush({ directory: directory.at('push') })
  const [listed] = await other.run('return push.list()')
  expect(listed).toEqual(
    expect.arrayContaining([
      { id: first, service: 'push.example.org', created_at: expect.any(Number) },
      { id: second, service: 'other.example.org', created_at: expect.any(Number) },
    ]),
  )
  const files = directory.at('push', 'subscriptions')
  expect(modeOf(files)).toBe(0o700)
  for (const name of readdirSync(files)) expect(modeOf(`${files}/${name}`)).toBe(0o600)
  expect(await t.run('return push.unsubscribe(...), push.unsubscribe(...)', first)).toEqual([true, false])
  expect(await t.run('return push.unsubscribe(...)', two.endpoint)).toEqual([true])
  expect(await t.run('return push.list()')).toEqual([[]])
})

it('push.list: leaves out a file that is damaged', async () => {
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.path })
  expect(await t.run('return push.list()')).toEqual([[]])
  await t.run('push.subscribe(...)', pushDevice('https://push.example.org/one').subscription)
  writeFileSync(directory.at('subscriptions', '0123456789abcdef.json'), 'nonsense')
  const [listed] = await t.run('return push.list()')
  expect(listed).toHaveLength(1)
})

it('push.subscribe: refuses what is no subscription, and more than a hundred', async () => {
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.path })
  const { endpoint, keys } = pushDevice('https://push.example.org/x').subscription
  const wrong: [subscription: object, problem: string][] = [
    [{ keys }, 'its endpoint is no https URL'],
    [{ endpoint: 'http://10.0.0.1/x', keys }, 'its endpoint is no https URL'],
    [{ endpoint: 'file:///x', keys }, 'its endpoint is no https URL'],
    [{ endpoint }, 'keys.p256dh is no public key'],
    [
      { endpoint, keys: { ...keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } },
      'keys.p256dh is no public key',
    ],
    [{ endpoint, keys: { ...keys, auth: 'short' } }, 'keys.auth is not 16 bytes'],
  ]
  for (const [subscription, problem] of wrong) {
    expect(await t.run('return push.subscribe(...)', subscription as never)).toEqual(refusalOf('invalid', problem))
  }
  const source = `
    local keys = ...
    for i = 1, 101 do
      local id, message, err = push.subscribe({ endpoint = 'https://push.example.org/' .. i, keys = keys })
      if not id then return id, message, err, i end
    end`
  expect(await t.run(source, keys)).toEqual([...refusalOf('busy', 'there are 100 subscriptions'), 101])
})

it('push.subscribe, push.list, push.unsubscribe, push.send and push.public_key: say when there can be no directory', async () => {
  using directory = testDirectory()
  writeFileSync(directory.at('file'), '')
  await using t = await withPush({ directory: directory.at('file') })
  const { subscription } = pushDevice('https://push.example.org/x')
  const refusal = (kind: string) => refusalOf(kind, /^cannot .*file/)
  expect(await t.run('return push.subscribe(...)', subscription)).toEqual(refusal('not_directory'))
  for (const call of ['push.list()', "push.unsubscribe('x')", "push.send({ title = 'x' })"]) {
    expect(await t.run(`return ${call}`)).toEqual(refusal('not_directory'))
  }
  expect(await t.run('return push.public_key()')).toEqual(refusal('exists'))
})

it('push.send, push.subscribe, push.unsubscribe: wrong arguments raise and say what was expected', async () => {
  using directory = testDirectory()
  await using t = await withPush({ directory: directory.path })
  const wrong: [string, string][] = [
    ['push.send()', "bad argument #1 to 'push.send' (table expected, got no value)"],
    ['push.send({})', "bad argument #1 to 'push.send' (title: string expected, got nil)"],
    ['push.send({ "x" })', "bad argument #1 to 'push.send' (a message with a title expected, got a list)"],
    ['push.send({ title = 1 })', "bad argument #1 to 'push.send' (title: string expected, got number)"],
    ['push.send({ title = "x", url = {} })', '(url: string expected, got table)'],
    ['push.send({ title = "x", n = 0/0 })', 'JSON cannot hold the number NaN (at n)'],
    [
      'push.send({ title = "x" }, { ttl = -1 })',
      "bad argument #2 to 'push.send' (ttl: number from 0 to 2419200 expected",
    ],
    [
      'push.send({ title = "x" }, { urgency = "urgent" })',
      "urgency: one of very-low, low, normal, high expected, got 'urgent'",
    ],
    ['push.send({ title = "x" }, { topic = "a b" })', 'topic: 1 to 32 of'],
    ['push.send({ title = "x" }, { tll = 1 })', "unknown option 'tll'"],
    ['push.subscribe("x")', "bad argument #1 to 'push.subscribe' (table expected, got string)"],
    ['push.unsubscribe()', "bad argument #1 to 'push.unsubscribe' (string expected, got no value)"],
  ]
  for (const [source, message] of wrong) {
    await expect(t.run(source), source).rejects.toMatchObject({ message: expect.stringContaining(message), line: 1 })
  }
})

it('push: its examples run', async () => {
  await using server = await service()
  using directory = testDirectory()
  const module = pushModule({ directory: directory.path, client: new HttpClient({ env: {} }) })
  await using t = await newVm({ modules: [module] })
  const { endpoint, keys } = pushDevice(`${server.url}/device/201`).subscription
  const device = `{ endpoint = '${endpoint}', keys = { p256dh = '${keys.p256dh}', auth = '${keys.auth}' } }`
  await expectExamplesToRun(t, module, `local subscription, url, id, log = ${device}, 'u', 'x', { info = print }`)
})
