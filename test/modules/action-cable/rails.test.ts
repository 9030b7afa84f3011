import { describe, expect, it } from 'vitest'
import { railsIsAvailable, railsServer } from '../support/action-cable-server.ts'
import { refusalOf } from '../support/refusal.ts'
import { CONNECT, log, messages, SUBSCRIBE, withCable } from './support.ts'

describe.skipIf(!railsIsAvailable())("with Rails' own server (needs ruby-actioncable and puma)", () => {
  it('action_cable.subscribe and action_cable.perform: talk to a channel', async () => {
    await using rails = await railsServer()
    await using t = await withCable()
    await t.run(CONNECT, { url: rails.url.replace('ws:', 'http:'), token: 'me' })
    const [channel] = await t.run(SUBSCRIBE, 'EchoChannel', { room: 1 })
    const speak = `return action_cable.perform(channel, 'speak', { text = 'hällo' }),
      action_cable.perform(channel, 'echo', { n = 9007199254740993, list = { 1, 'b' }, empty = {} })`
    expect(await t.run(speak)).toEqual([true, true])
    await expect.poll(() => (messages(t) as unknown[]).length).toBe(2)
    expect(messages(t)).toEqual(
      expect.arrayContaining([
        { id: channel, message: { text: 'hällo', from: 'me' } },
        { id: channel, message: { action: 'echo', n: 9007199254740993n, list: [1, 'b'], empty: {} } },
      ]),
    )
    expect(log(t)).toEqual(['connected', `confirmed ${String(channel)}`])
    expect(t.errors).toEqual([])
  })

  it('action_cable.subscribe: two rooms and two subscribers hear what is theirs, until they unsubscribe', async () => {
    await using rails = await railsServer()
    await using t = await withCable()
    await t.run(CONNECT, { url: rails.url, token: 'me' })
    const [one] = await t.run(SUBSCRIBE, 'EchoChannel', { room: 1, extra: 'x' })
    const [two] = await t.run(SUBSCRIBE, 'EchoChannel', { extra: 'x', room: 1 })
    const [other] = await t.run(SUBSCRIBE, 'EchoChannel', { room: 2 })
    await t.run("action_cable.perform(..., 'speak', { text = 'a' })", one)
    await expect.poll(() => (messages(t) as { id: number }[]).map(({ id }) => id)).toEqual([one, two])
    expect(await t.run('return action_cable.unsubscribe(...)', one)).toEqual([true])
    await t.run("messages = {} action_cable.perform(..., 'speak', { text = 'b' })", two)
    await expect.poll(() => messages(t)).toEqual([{ id: two, message: { text: 'b', from: 'me' } }])
    await t.run('action_cable.unsubscribe(...)', two)
    const [again] = await t.run(SUBSCRIBE, 'EchoChannel', { room: 1, extra: 'x' })
    await t.run("messages = {} action_cable.perform(..., 'speak', { text = 'c' })", again)
    await expect.poll(() => messages(t)).toEqual([{ id: again, message: { text: 'c', from: 'me' } }])
    await t.run("messages = {} action_cable.perform(..., 'speak', { text = 'd' })", other)
    await expect.poll(() => messages(t)).toEqual([{ id: other, message: { text: 'd', from: 'me' } }])
  })

  it('action_cable.subscribe: a rejected subscription is told and gone', async () => {
    await using rails = await railsServer()
    await using t = await withCable()
    await t.run(CONNECT, { url: rails.url, token: 'me' })
    const [channel] = await t.run(SUBSCRIBE, 'EchoChannel', { secret: 'wrong' })
    await expect.poll(() => log(t)).toEqual(['connected', `rejected ${String(channel)}`])
    expect(await t.run("return action_cable.perform(..., 'echo')", channel)).toEqual(
      refusalOf('not_open', 'no such sub'),
    )
  })

  it('action_cable.connect: a server that does not let us ends the connection for good', async () => {
    await using rails = await railsServer()
    await using t = await withCable()
    await t.run(CONNECT, { url: rails.url, token: 'bad' })
    await expect.poll(() => log(t)).toEqual(['disconnected refused false'])
    expect(t.vm.getGlobal('reason')).toMatch(/\(unauthorized\)/)
    expect(await t.run('return action_cable.close(conn)')).toEqual([false])
  })

  it('action_cable.connect: a server that is killed and comes back finds every subscription again', async () => {
    const rails = await railsServer()
    await using t = await withCable()
    await t.run(CONNECT, { url: rails.url, token: 'me' })
    const [channel] = await t.run(SUBSCRIBE, 'EchoChannel', { room: 1 })
    const confirmed = `confirmed ${String(channel)}`
    await expect.poll(() => log(t)).toEqual(['connected', confirmed])
    await rails[Symbol.asyncDispose]()
    await expect.poll(() => log(t)).toContain('disconnected connection_refused true')
    await t.run("action_cable.perform(..., 'speak', { text = 'meanwhile' })", channel)
    await using _again = await railsServer(rails.port)
    await expect.poll(() => messages(t)).toEqual([{ id: channel, message: { text: 'meanwhile', from: 'me' } }])
    expect(log(t).slice(-2)).toEqual(['connected', confirmed])
  })
})
