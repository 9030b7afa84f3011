import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Records } from '../../../hub/records/records.ts'
import { temporaryDirectory } from '../support/directory.ts'

const AGENT = { id: 'aaaaaaaaaaaa', key: 'k', name: 'n', cwd: '/' }

test('Messages and states survive the hub, and go with their agent', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'hub.db')
  const soon = Date.now() + 60_000
  {
    using records = Records.open(path)
    records.addAgent(AGENT)
    const { id } = records.messages.add({ agentId: AGENT.id, sender: 'other', text: 'hello', expiresAt: soon })
    records.messages.noteRung(id)
    records.setAgentState(AGENT.id, { state: 'done' })
    records.setAgentState('nobody', { state: 'done' })
  }
  using records = Records.open(path)
  const [message] = records.messages.list(AGENT.id)
  expect(message).toMatchObject({ sender: 'other', text: 'hello', expiresAt: soon, rungAt: expect.any(Number) })
  expect(message!.readAt).toBeUndefined()
  records.messages.noteRead(message!.id)
  expect(records.messages.get(message!.id)!.readAt).toBeGreaterThan(0)
  expect(records.agentState(AGENT.id)).toEqual({ state: 'done' })
  expect(records.agentState('nobody')).toBeUndefined()
  records.removeAgent(AGENT.id)
  expect(records.messages.list()).toEqual([])
  expect(records.agentState(AGENT.id)).toBeUndefined()
})

test('Messages whose time is over are forgotten', async () => {
  await using directory = await temporaryDirectory()
  using records = Records.open(join(directory.path, 'hub.db'))
  records.addAgent(AGENT)
  records.messages.add({ agentId: AGENT.id, sender: 's', text: 'old', expiresAt: 5 })
  records.messages.add({ agentId: AGENT.id, sender: 's', text: 'new', expiresAt: 50 })
  records.messages.forgetExpired(10)
  expect(records.messages.list().map(({ text }) => text)).toEqual(['new'])
  expect(() => records.messages.add({ agentId: 'x', sender: 's', text: 't', expiresAt: 1 })).toThrow()
})
