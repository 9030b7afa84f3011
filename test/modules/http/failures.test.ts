// What there is instead of an answer, and wrong arguments.
import net from 'node:net'
import { expect, it } from 'vitest'
import { refusalOf } from '../support/refusal.ts'
import { certificate, closedPort, listen, serve } from '../support/server.ts'
import { echo, withHttp } from './support.ts'

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

it('http.get, http.post, http.put, http.delete: each says in the same way why there is no answer', async () => {
  await using server = await serve(({ url }, response) => {
    if (url === '/encoding') response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')
    else if (url === '/redirects') response.writeHead(303, { location: 'file:///etc/passwd' }).end()
    else if (url === '/too_large') response.end(Buffer.alloc(2000))
  })
  await using encrypted = await serve((_, response) => response.end('private'), certificate('127.0.0.1'))
  await using silent = await listen(net.createServer((socket) => socket.once('data', () => socket.destroy())))
  await using wrong = await listen(net.createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n\r\n')))
  const urls: Record<string, string> = {
    invalid_url: 'nonsense',
    host_not_found: 'http://no-such-host.invalid/',
    connection_refused: `http://127.0.0.1:${await closedPort()}/`,
    tls: encrypted.url,
    timeout: `${server.url}/timeout`,
    connection_lost: silent.url,
    protocol: wrong.url,
    redirects: `${server.url}/redirects`,
    encoding: `${server.url}/encoding`,
    too_large: `${server.url}/too_large`,
    // Linux knows that no TCP connection leads to all machines at once, wherever it runs.
    ...(process.platform === 'linux' && { unreachable: 'http://255.255.255.255/' }),
  }
  await using t = await withHttp()
  for (const name of ['get', 'post', 'put', 'delete']) {
    for (const [kind, url] of Object.entries(urls)) {
      const source = `return http.${name}(..., { timeout_ms = ${kind === 'timeout' ? 60 : 60_000}, max_bytes = 1000 })`
      expect(await t.run(source, url), `${name} ${kind}`).toEqual(refusalOf(kind, /./, { op: `http.${name}` }))
    }
  }
})

it('http.get, http.post, http.put, http.delete, http.request: are refused while a thousand wait', async () => {
  await using server = await serve(() => undefined)
  await using t = await withHttp()
  await t.run("for i = 1, 1016 do assert(http.request('GET', ..., function() end)) end", server.url)
  for (const name of ['get', 'post', 'put', 'delete']) {
    expect(await t.run(`return http.${name}(...)`, server.url)).toEqual(refusalOf('busy', '1000 requests are waiting'))
  }
  const refused = await t.run("return http.request('GET', ..., function() error('called') end)", server.url)
  expect(refused).toEqual(refusalOf('busy', '1000 requests are waiting'))
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
