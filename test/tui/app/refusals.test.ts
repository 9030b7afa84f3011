import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
  tui.hub({ type: 'agent_list', agents: [agent('one')] })
})
afterEach(() => tui[Symbol.dispose]())

const notices = () => tui.notices.list.map(({ level, message }) => [level, message])
/** Asks for an agent that is going to be refused. */
const create = () => {
  tui.press('f2', 'n', 'enter')
  tui.type('fix/login')
  tui.press('enter', 'enter', 'enter')
}
const refuse = () => tui.hub({ type: 'error', command: 'create_agent', message: 'the disk is full' })

describe('a refusal that comes late', () => {
  it('stands beside a dialog, in which what is typed stays and goes on', () => {
    create()
    tui.press('f2', 'r')
    tui.type('-')
    refuse()
    tui.type('b')
    expect(notices()).toEqual([['error', 'the disk is full\nNew agent leads back to what you typed for it.']])
    tui.press('enter')
    expect(tui.sent.at(-1)).toEqual({ type: 'rename_agent', agent: 'one', name: 'one-b' })
    tui.press('f2', 'n', 'enter')
    expect(tui.overlay()).toContain('fix/login')
  })

  it('is not closed or answered by what is typed into an agent, but once that rests', async () => {
    create()
    tui.press('f2', 'enter')
    tui.type('l')
    refuse()
    tui.type('rs x')
    tui.press('enter', 'escape')
    expect(tui.overlay()).toContain('the disk is full')
    expect(tui.sent.filter(({ type }) => type === 'create_agent')).toHaveLength(1)
    await vi.waitUntil(() => tui.press('escape') && !tui.ui.hasOverlay, { timeout: 10_000, interval: 1200 })
    expect(tui.ui.mode).toBe('insert')
  })

  it('lets the user leave at any time', () => {
    create()
    tui.press('f2', 'enter', 'x')
    refuse()
    tui.press('ctrl+q')
    expect(tui.quits()).toBe(1)
  })
})
