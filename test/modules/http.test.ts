import net from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { httpModule } from '../../lua/modules/http.ts'
import { HttpClient, type HttpClientOptions } from '../../lua/modules/web/client.ts'
import { newVm, type TestVm } from '../lua/support.ts'
import { expectExamplesToRun } from './examples.ts'
import { refusalOf } from './support/refusal.ts'
import { certificate, closedPort, listen, serve } from './support/server.ts'

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

function withHttp(options: HttpClientOptions = {}): Promise<TestVm> {
  return newVm({ modules: [httpModule(new HttpClient({ env: {}, ...options }))] })
}

/** Answers with what it was asked. */
const echo = () =>
  serve(({ method, url, headers, body }, response) => {
    response.setHeader('x-method', method)
    response.setHeader('x-url', url)
    response.setHeader('x-type', headers['content-type'] ?? 'none')
    response.setHeader('x-token', headers['x-token'] ?? 'none')
    response.end(body)
  })

it('http.get: gives status, body and headers of what a URL stands for', async () => {
  await using server = await serve((_, response) => response.writeHead(201, { 'X-Kind': 'a' }).end('hello'))
  await using t = await withHttp()
  const [r] = await t.run('return http.get(...)', `${server.url}/path?q=1`)
  expect(r).toMatchObject({ status: 201, body: 'hello', headers: { 'x-kind': 'a' }, url: `${server.url}/path?q=1` })
  expect(server.received).toMatchObject([{ method: 'GET', url: '/path?q=1' }])
  expect(server.received[0]?.headers).toMatchObject({
    'user-agent': expect.stringMatching(/^botster\//),
    accept: '*/*',
  })
})

it('http.get: takes headers, or options, or a body and headers', async () => {
  await using server = await echo()
  await using t = await withHttp()
  const source = `
    local url = ...
    local forms = {
      http.get(url, { ['X-Token'] = 'a' }),
      http.get(url, { headers = { ['X-Token'] = 'b' }, timeout_ms = 5000 }),
      http.get(url, 'body', { ['X-Token'] = 'c' }),
      http.get(url, nil, { ['X-Token'] = 'd' }),
      http.get(url, {}),
    }
    local seen = {}
    for i, r in ipairs(forms) do seen[i] = r.headers['x-method'] .. ' ' .. r.headers['x-token'] .. ' ' .. r.body end
    return seen`
  expect(await t.run(source, server.url)).toEqual([['GET a ', 'GET b ', 'GET c body', 'GET d ', 'GET none ']])
})

it('http.post: takes a body with headers, options with a body, or options with JSON', async () => {
  await using server = await echo()
  await using t = await withHttp()
  const source = `
    local url = ...
    local forms = {
      http.post(url, 'text', { ['content-type'] = 'text/plain' }),
      http.post(url, { body = 'text', headers = { ['content-type'] = 'a/b' } }),
      http.post(url, { json = { n = 9007199254740993, s = 'ü', list = { 1, 2.5, true }, empty = {} } }),
      http.post(url, 'text', { headers = { ['x-token'] = 5 }, timeout_ms = 1000 }),
      http.post(url),
    }
    local seen = {}
    for i, r in ipairs(forms) do seen[i] = { r.headers['x-method'], r.headers['x-type'], r.body } end
    return seen`
  const [seen] = (await t.run(source, server.url)) as [string[][]]
  expect(seen?.[0]).toEqual(['POST', 'text/plain', 'text'])
  expect(seen?.[1]).toEqual(['POST', 'a/b', 'text'])
  expect(seen?.[2]?.slice(0, 2)).toEqual(['POST', 'application/json'])
  expect(seen?.[2]?.[2]).toContain('"n":9007199254740993')
  expect(JSON.parse(seen?.[2]?.[2] ?? '')).toMatchObject({ s: 'ü', list: [1, 2.5, true], empty: {} })
  expect(seen?.[3]).toEqual(['POST', 'none', 'text'])
  expect(seen?.[4]).toEqual(['POST', 'none', ''])
  expect(server.received[4]?.headers['content-length']).toBe('0')
})

it('http.put: sends a body; http.delete: sends none unless given', async () => {
  await using server = await echo()
  await using t = await withHttp()
  const source = `
    local url = ...
    local put, gone, with = http.put(url, 'x'), http.delete(url), http.delete(url, { ['x-token'] = 't' })
    return put.headers['x-method'], put.body, gone.headers['x-method'], gone.body, with.headers['x-token']`
  expect(await t.run(source, server.url)).toEqual(['PUT', 'x', 'DELETE', '', 't'])
})

it('http.post: carries every byte both ways', async () => {
  await using server = await echo()
  await using t = await withHttp()
  const source = `
    local url, bytes = ...
    local a, b = http.post(url, bytes), http.post(url, { body = bytes })
    return a.body == bytes and b.body == bytes, #a.body`
  expect(await t.run(source, server.url, ALL_BYTES)).toEqual([true, 256])
  expect(server.received.map(({ body }) => body.equals(ALL_BYTES))).toEqual([true, true])
})

it('http.get: an answer of any status is an answer', async () => {
  await using server = await serve(({ url }, response) => response.writeHead(Number(url.slice(1))).end('sorry'))
  await using t = await withHttp()
  for (const status of [404, 500]) {
    const [r] = await t.run('return http.get(...)', `${server.url}/${status}`)
    expect(r).toMatchObject({ status, body: 'sorry' })
  }
  const [r] = await t.run('return http.get(...)', `${server.url}/204`)
  expect(r).toMatchObject({ status: 204, body: '' })
})

it('http.get: headers that come several times are all there, and bytes in them stay', async () => {
  await using server = await serve((_, response) => {
    response.setHeader('set-cookie', ['a=1, x', 'b=2'])
    response.setHeader('x-many', ['1', '2'])
    response.setHeader('x-name', Buffer.from('ü').toString('latin1'))
    response.end()
  })
  await using t = await withHttp()
  const [headers] = await t.run(
    "return http.get(..., { ['x-name'] = 'ü', ['x-list'] = { 'a', 'b' } }).headers",
    server.url,
  )
  expect(headers).toMatchObject({ 'set-cookie': 'a=1, x\nb=2', 'x-many': '1, 2', 'x-name': 'ü' })
  expect(Buffer.from(String(server.received[0]?.headers['x-name']), 'latin1').toString()).toBe('ü')
  expect(server.received[0]?.headers['x-list']).toBe('a, b')
})

it('http.get: decompresses gzip, deflate (also bare) and br, and several upon each other', async () => {
  const text = 'compress me '.repeat(1000)
  const bodies: Record<string, [string, Buffer]> = {
    '/gzip': ['gzip', gzipSync(text)],
    '/deflate': ['deflate', deflateSync(text)],
    '/bare': ['deflate', deflateRawSync(text)],
    '/br': ['br', brotliCompressSync(text)],
    '/both': ['gzip, br', brotliCompressSync(gzipSync(text))],
    '/unknown': ['rot13', Buffer.from(text)],
  }
  await using server = await serve(({ url, headers }, response) => {
    expect(headers['accept-encoding']).toBe('gzip, deflate, br')
    const [encoding, body] = bodies[url]!
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': body.length }).end(body)
  })
  await using t = await withHttp()
  for (const path of Object.keys(bodies)) {
    const [r] = await t.run('return http.get(...)', server.url + path)
    expect(r).toMatchObject({ status: 200, body: text })
    expect((r as { headers: object }).headers).toEqual(
      expect.not.objectContaining(path === '/unknown' ? { none: 1 } : { 'content-encoding': expect.anything() }),
    )
  }
})

it('http.get: a compressed body that is cut short or false is an error', async () => {
  await using server = await serve(({ url }, response) => {
    const body = url === '/cut' ? gzipSync('x'.repeat(5000)).subarray(0, 20) : 'not gzip'
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)
  })
  await using t = await withHttp()
  for (const path of ['/cut', '/false']) {
    expect(await t.run('return http.get(...)', server.url + path)).toEqual(refusalOf('encoding', 'gzip'))
  }
})

it('http.get: a body beyond max_bytes is refused, also one that only grows when unpacked', async () => {
  await using server = await serve(({ url }, response) => {
    if (url === '/bomb') response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5 << 20)))
    else response.end(Buffer.alloc(100_001))
  })
  await using t = await withHttp()
  const source = 'return http.get(..., { max_bytes = 100000 })'
  const refusal = refusalOf('too_large', 'more than 100000 bytes (max_bytes)')
  expect(await t.run(source, `${server.url}/plain`)).toEqual(refusal)
  expect(await t.run(source, `${server.url}/bomb`)).toEqual(refusal)
  const [size] = await t.run('return #http.get(..., { max_bytes = 100001 }).body', `${server.url}/plain`)
  expect(size).toBe(100_001)
})

it('http.get: follows redirects, with another method where the standard says so', async () => {
  await using server = await serve(({ url, method, body }, response) => {
    const status = Number(url.slice(1))
    if (Number.isNaN(status)) response.end(`${method} ${body}`)
    else response.writeHead(status, { location: '/end?x#y' }).end('moved')
  })
  await using t = await withHttp()
  const results: Record<string, unknown> = {}
  for (const status of [301, 302, 303, 307, 308]) {
    const [r] = await t.run("return http.post(..., 'b')", `${server.url}/${status}`)
    results[status] = (r as { body: string }).body
    expect(r).toMatchObject({ url: `${server.url}/end?x#y` })
  }
  expect(results).toEqual({ 301: 'GET ', 302: 'GET ', 303: 'GET ', 307: 'POST b', 308: 'POST b' })
  const [put] = await t.run("return http.put(..., 'b').body", `${server.url}/302`)
  expect(put).toBe('PUT b')
})

it('http.get: stops after so many redirects, or returns the redirect itself', async () => {
  await using server = await serve(({ url }, response) => response.writeHead(302, { location: `${url}x` }).end('moved'))
  await using t = await withHttp()
  expect(await t.run('return http.get(...)', `${server.url}/`)).toEqual(refusalOf('redirects', 'more than 10 times'))
  expect(server.received).toHaveLength(11)
  const [r] = await t.run('return http.get(..., { max_redirects = 0 })', `${server.url}/`)
  expect(r).toMatchObject({ status: 302, headers: { location: '/x' }, body: 'moved' })
})

it('http.get: does not go where a redirect leads out of the web, and tells no other host the credentials', async () => {
  await using other = await echo()
  await using server = await serve(({ url }, response) =>
    response.writeHead(302, { location: url === '/file' ? 'file:///etc/passwd' : `${other.url}/there` }).end(),
  )
  await using t = await withHttp()
  expect(await t.run('return http.get(...)', `${server.url}/file`)).toEqual(refusalOf('redirects', 'no http'))
  await t.run("http.get(..., { Authorization = 'secret', Cookie = 'c=1', ['X-Token'] = 'kept' })", `${server.url}/away`)
  expect(server.received.at(-1)?.headers).toMatchObject({ authorization: 'secret', cookie: 'c=1' })
  const { headers } = other.received[0]!
  expect([headers.authorization, headers.cookie, headers['x-token']]).toEqual([undefined, undefined, 'kept'])
})

it('http.get: a user and password in the URL become a header and are never told', async () => {
  await using server = await echo()
  await using t = await withHttp()
  await t.run('http.get(...)', server.url.replace('//', '//me:p%40ss@'))
  expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
  const port = await closedPort()
  const [, message] = await t.run('return http.get(...)', `http://me:secret@127.0.0.1:${port}/?token=hidden`)
  expect(message).toBe(`connection refused: nothing listens at 127.0.0.1:${port}`)
})

it('http.get: says what is wrong when there is no connection', async () => {
  await using t = await withHttp()
  const port = await closedPort()
  const get = (url: string) => t.run('return http.get(...)', url)
  expect(await get(`http://127.0.0.1:${port}/`)).toEqual(
    refusalOf('connection_refused', `connection refused: nothing listens at 127.0.0.1:${port}`, { op: 'http.get' }),
  )
  expect(await get('http://no-such-host.invalid/')).toEqual(refusalOf('host_not_found', "'no-such-host.invalid'"))
  for (const url of ['', 'nonsense', 'ftp://x/', 'http://', 'file:///etc/passwd'])
    expect(await get(url)).toEqual(refusalOf('invalid_url', 'an http or https URL'))
})

it('http.get: says what is wrong when the server breaks off or does not speak HTTP', async () => {
  const answers: Record<string, (socket: net.Socket) => void> = {
    early: (socket) => socket.destroy(),
    half: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    wrong: (socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n'),
  }
  const kinds: Record<string, unknown> = {}
  await using t = await withHttp()
  for (const [name, answer] of Object.entries(answers)) {
    await using server = await listen(net.createServer((socket) => socket.once('data', () => answer(socket))))
    const [value, message, err] = await t.run('return http.get(...)', server.url)
    expect([value, message]).toEqual([undefined, expect.stringContaining(`127.0.0.1:${server.port}`)])
    kinds[name] = (err as { kind: string }).kind
  }
  expect(kinds).toEqual({ early: 'connection_lost', half: 'connection_lost', wrong: 'protocol' })
})

it('http.get: a kept connection that the server had closed is made again, for what may be sent twice', async () => {
  let closing = 0
  const server = net.createServer((socket) => {
    let count = 0
    socket.on('data', () => {
      if (++count === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx')
      else {
        closing++
        socket.resetAndDestroy()
      }
    })
  })
  await using listening = await listen(server)
  await using t = await withHttp()
  const source = 'http.get(...) return http.get(...).body, select(3, http.post(..., "b")).kind'
  expect(await t.run(source, listening.url)).toEqual(['x', 'connection_lost'])
  expect(closing).toBe(2)
})

it('http.get: gives up after timeout_ms, before or within the body', async () => {
  await using server = await serve(({ url }, response) => {
    if (url === '/body') response.write('some')
  })
  await using t = await withHttp()
  for (const path of ['/', '/body']) {
    const got = await t.run('return http.get(..., { timeout_ms = 60 })', server.url + path)
    expect(got).toEqual(refusalOf('timeout', 'did not answer in full within 60 ms'))
  }
  await expect.poll(() => server.connections.size).toBe(0)
})

it('http.get: trusts only certificates that are to be trusted, and says why not', async () => {
  const mine = certificate('127.0.0.1')
  await using server = await serve((_, response) => response.end('private'), mine)
  const others = certificate('example.invalid')
  await using other = await serve((_, response) => response.end('private'), others)
  await using plain = await echo()
  await using t = await withHttp()
  const get = (url: string) => t.run('return http.get(...)', url)
  expect(await get(server.url)).toEqual(
    refusalOf('tls', /TLS: the certificate of 127.0.0.1:\d+ is not trusted \(self.signed/),
  )
  expect(await get(plain.url.replace('http:', 'https:'))).toEqual(refusalOf('tls', 'no encrypted connection'))
  await using trusting = await withHttp({ ca: mine.cert })
  expect(await trusting.run('return http.get(...).body', server.url)).toEqual(['private'])
  await using wrong = await withHttp({ ca: others.cert })
  expect(await wrong.run('return http.get(...)', other.url)).toEqual(refusalOf('tls', 'is for another host'))
})

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
  await using server = await serve((_, response) => held.push(() => response.end('x')))
  await using t = await withHttp()
  await t.run(`for i = 1, 16 do http.request('GET', ..., function() end) end`, server.url)
  await expect.poll(() => server.received.length).toBe(16)
  const late = t.run('return http.get(..., { timeout_ms = 1000 }).body', server.url)
  const waiting = t.run('return http.cancel(http.request("GET", ..., function() error("called") end))', server.url)
  expect(await waiting).toEqual([true])
  await new Promise((done) => setTimeout(done, 1100)) // longer than its own time
  expect(server.received).toHaveLength(16)
  for (const answer of held.splice(0)) answer()
  await expect.poll(() => server.received.length).toBe(17)
  held[0]?.()
  expect(await late).toEqual(['x'])
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
  const [id, message] = await t.run('return http.request("GET", "nonsense", {}, function() error("called") end)')
  expect([id, message]).toEqual([undefined, expect.stringContaining('invalid URL')])
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

it('http.request: refuses more than a thousand waiting ones', async () => {
  await using server = await serve(() => undefined)
  await using t = await withHttp()
  const source = `
    local id, message, err
    for i = 1, 1017 do id, message, err = http.request('GET', ..., function() end) end
    return id, message, err`
  expect(await t.run(source, server.url)).toEqual(refusalOf('busy', '1000 requests'))
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

it('http.get, http.post, http.put, http.delete and http.request: wrong arguments raise and say what was expected', async () => {
  await using t = await withHttp()
  const wrong: [string, string][] = [
    ['http.get()', "bad argument #1 to 'http.get' (string expected, got no value)"],
    ['http.get({})', "bad argument #1 to 'http.get' (string expected, got table)"],
    ['http.post("u", true)', "bad argument #2 to 'http.post' (string or table expected, got boolean)"],
    ['http.put("u", "b", "h")', "bad argument #3 to 'http.put' (table expected, got string)"],
    ['http.put("u", {}, {})', "bad argument #2 to 'http.put' (string expected, got table)"],
    ['http.delete("u", { a = true })', "bad argument #2 to 'http.delete' (headers: a: string expected, got boolean)"],
    ['http.get("u", { ["a b"] = "x" })', "(headers: 'a b' cannot be the name of a header)"],
    ['http.get("u", { a = "x\\r\\nb: c" })', '(headers: a: control characters cannot be in a header)'],
    ['http.get("u", { timeout_ms = "1" })', "bad argument #2 to 'http.get' (timeout_ms: number expected, got string)"],
    ['http.get("u", { timeout_ms = 0 })', '(timeout_ms: number from 1 to 3600000 expected, got 0)'],
    ['http.get("u", { timeout = 1, body = "" })', "unknown option 'timeout'"],
    ['http.get("u", { headers = "x" })', '(headers: table expected, got string)'],
    ['http.get("u", { headers = { "x" } })', '(headers: table with names expected, got a list)'],
    ['http.post("u", "b", { json = 1 })', 'a request has one body'],
    ['http.post("u", { json = { a = 0/0 } })', 'json: JSON cannot hold the number NaN (at a)'],
    ['http.post("u", { json = { a = "\\xff" } })', 'a string that is not valid UTF-8 (at a)'],
    ['http.post("u", { json = print })', 'a function inside a table cannot leave Lua here (at json)'],
    ['http.request()', "bad argument #1 to 'http.request' (string or table expected, got no value)"],
    ['http.request("GET", "u")', "bad argument #4 to 'http.request' (function expected, got no value)"],
    ['http.request({ url = "u" })', "bad argument #2 to 'http.request' (string or function expected, got no value)"],
    ['http.request({}, print)', "bad argument #1 to 'http.request' (url: string expected, got nil)"],
    ['http.request({ url = "u", method = "A B" }, print)', "an HTTP method expected, got 'A B'"],
    ['http.request("CONNECT", "u", print)', "bad argument #1 to 'http.request' (method"],
    ['http.request("GET", "u", print, print)', 'function expected'],
    ['http.cancel("x")', "bad argument #1 to 'http.cancel' (integer expected, got string)"],
  ]
  for (const [source, message] of wrong) {
    await expect(t.run(source), source).rejects.toMatchObject({ message: expect.stringContaining(message), line: 1 })
  }
})

it('http: its examples run', async () => {
  await using server = await echo()
  const module = httpModule(new HttpClient({ env: {} }))
  await using t = await newVm({ modules: [module] })
  await expectExamplesToRun(t, module, `url = '${server.url}' log = { info = print }`)
})
