// Requests in flight: how many, called back, cancelled, ended with their owner; proxies; the examples.
import net from 'node:net'
import { expect, it } from 'vitest'
import { httpModule } from '../../../lua/modules/http.ts'
import { HttpClient } from '../../../lua/modules/web/client.ts'
import { newVm } from '../../lua/support.ts'
import { expectExamplesToRun } from '../examples.ts'
import { refusalOf } from '../support/refusal.ts'
import { closedPort, listen, serve } from '../support/server.ts'
import { echo, withHttp } from './support.ts'

it('http.get: at most sixteen are in flight, and the rest have their turn', async () => {
  let most = 0
  let now = 0
  const waiting: (() => void)[] = []
  await using server = await serve((_, response) => {
    most = Math.max(most, ++now)
    waiting.push(() => {
      now--
      response.end('x')
    })
    if (waiting.length >= 16 || server.received.length > 32) for (const answer of waiting.splice(0)) answer()
  })
  await using t = await withHttp()
  await t.run(
    `done = 0
     for i = 1, 40 do http.request('GET', ..., {}, function(r) done = done + (r.body == 'x' and 1 or 100) end) end`,
    server.url,
  )
  await expect.poll(() => t.vm.getGlobal('done')).toBe(40)
  expect(most).toBe(16)
})

it('http.get: a request that waits for its turn can be cancelled, and its time begins with its turn', async () => {
  const held: (() => void)[] = []
  let isOpen = false
  await using server = await serve((_, response) => {
    if (isOpen) response.end('x')
    else held.push(() => response.end('x'))
  })
  await using t = await withHttp()
  await t.run(`for i = 1, 16 do http.request('GET', ..., function() end) end`, server.url)
  await expect.poll(() => server.received.length).toBe(16)
  const late = t.run('return http.get(..., { timeout_ms = 3000 }).body', server.url)
  const waiting = t.run('return http.cancel(http.request("GET", ..., function() error("called") end))', server.url)
  expect(await waiting).toEqual([true])
  await new Promise((done) => setTimeout(done, 3100)) // longer than its own time
  expect(server.received).toHaveLength(16)
  isOpen = true
  for (const answer of held) answer()
  expect(await late).toEqual(['x'])
  expect(server.received).toHaveLength(17)
  expect(t.errors).toEqual([])
})

it('http.request: calls back with the answer, in each of its forms', async () => {
  await using server = await echo()
  await using t = await withHttp()
  const source = `
    local url = ...
    seen = {}
    local function note(r, message, err) seen[#seen + 1] = r.headers['x-method'] .. ' ' .. r.body .. tostring(message) end
    local ids = {
      http.request({ method = 'PATCH', url = url, body = 'a', headers = { ['x-token'] = 't' } }, note),
      http.request({ url = url }, note),
      http.request('post', url, { json = { 1 } }, note),
      http.request('GET', url, nil, note),
      http.request('GET', url, note),
    }
    return #ids, math.type(ids[1])`
  expect(await t.run(source, server.url)).toEqual([5, 'integer'])
  await expect
    .poll(() => (t.vm.getGlobal('seen') as string[]).toSorted())
    .toEqual([
      'GET nil',
      'GET nil',
      'GET nil',
      'PATCH anil',
      'POST [1]nil', // one line
    ])
  expect(t.errors).toEqual([])
})

it('http.request: calls back with nil and the reason, or says at once that it cannot begin', async () => {
  await using t = await withHttp()
  const port = await closedPort()
  await t.run(
    'http.request("GET", ..., {}, function(...) got = table.pack(...) got.kind = got[3].kind got[3] = nil got[1] = 0 end)',
    `http://127.0.0.1:${port}`,
  )
  await expect.poll(() => t.vm.getGlobal('got.kind')).toBe('connection_refused')
  expect(t.vm.getGlobal('got.n')).toBe(3)
  expect(await t.run('return http.request("GET", "nonsense", {}, function() error("called") end)')).toEqual(
    refusalOf('invalid_url', 'invalid URL', { op: 'http.request' }),
  )
  expect(t.errors).toEqual([])
})

it('http.request: an error in the callback is reported as its owner’s', async () => {
  await using server = await echo()
  await using t = await withHttp()
  await t.vm.run("http.request('GET', ..., function(r) error('broken') end)", {
    chunkName: 'p.lua',
    owner: 'plugin.p',
    args: [server.url],
  })
  await expect.poll(() => t.errors).toMatchObject([{ owner: 'plugin.p', message: 'p.lua:1: broken' }])
})

it('http.cancel: ends a request without a callback, once', async () => {
  await using server = await serve(() => undefined)
  await using t = await withHttp()
  const [id] = await t.run('return http.request("GET", ..., {}, function() error("called") end)', server.url)
  await expect.poll(() => server.received.length).toBe(1)
  expect(await t.run('return http.cancel(...), http.cancel(...), http.cancel(999)', id)).toEqual([true, false, false])
  await expect.poll(() => server.connections.size).toBe(0)
  expect(t.errors).toEqual([])
})

it('http.get and http.request: end with their owner and leave no connection', async () => {
  await using server = await serve(() => undefined)
  await using t = await withHttp()
  const options = { chunkName: 'p.lua', owner: 'plugin.p', args: [server.url] }
  const run = t.vm.run('http.request("GET", ..., function() error("called") end) return http.get(...)', options)
  run.catch(() => undefined)
  await expect.poll(() => server.received.length).toBe(2)
  t.vm.releaseOwner('plugin.p')
  await expect(run).rejects.toMatchObject({ kind: 'cancelled' })
  await expect.poll(() => server.connections.size).toBe(0)
  expect(t.errors).toEqual([])
})

it('http.get: closing the VM closes every connection, kept ones too', async () => {
  await using server = await serve(({ url }, response) => {
    if (url !== '/never') response.end('x')
  })
  const t = await withHttp()
  await t.run('http.get(...)', server.url)
  const run = t.run('http.get(...)', `${server.url}/never`).catch((error: { kind: string }) => error.kind)
  await expect.poll(() => server.connections.size).toBe(1)
  t.vm.close()
  expect(await run).toBe('cancelled')
  await expect.poll(() => server.connections.size).toBe(0)
})

it('http.get: goes through the proxy that the environment names, but not to this machine', async () => {
  await using target = await echo()
  const asked: string[] = []
  const proxy = net.createServer((socket) => {
    socket.once('data', (head) => {
      asked.push(head.toString().split('\r\n')[0]!)
      const onward = net.connect(target.port, '127.0.0.1', () => {
        onward.write(head.toString().replace('http://far.invalid', ''))
        socket.pipe(onward).pipe(socket)
      })
      onward.on('error', () => socket.destroy())
    })
  })
  await using listening = await listen(proxy)
  await using t = await withHttp({ env: { HTTP_PROXY: listening.url } })
  expect(await t.run('return http.get(...).headers["x-url"]', 'http://far.invalid/there')).toEqual(['/there'])
  expect(asked).toEqual(['GET http://far.invalid/there HTTP/1.1'])
  await t.run('http.get(...)', target.url)
  expect(asked).toHaveLength(1)
})

it('http: its examples run', async () => {
  await using server = await echo()
  const module = httpModule(new HttpClient({ env: {} }))
  await using t = await newVm({ modules: [module] })
  await expectExamplesToRun(t, module, `url = '${server.url}' log = { info = print }`)
})
