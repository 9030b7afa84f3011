import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { refusalOf } from '../support/refusal.ts'
import { closedPort, serve } from '../support/server.ts'
import { echo, withHttp } from './support.ts'

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

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
      http.post(url, 'text', { headers = { ['x-token'] = 5 }, timeout_ms = 60000 }),
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
    local both = { http.put(url, 'x', { ['x-token'] = 'p' }), http.delete(url, 'y', { ['x-token'] = 'd' }) }
    return put.headers['x-method'], put.body, gone.headers['x-method'], gone.body, with.headers['x-token'],
      both[1].body .. both[1].headers['x-token'], both[2].body .. both[2].headers['x-token']`
  expect(await t.run(source, server.url)).toEqual(['PUT', 'x', 'DELETE', '', 't', 'xp', 'yd'])
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
