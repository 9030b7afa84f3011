import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
  tui.hub({ type: 'repository', repository: untrusted('one'), ask: true })
  tui.hub({ type: 'agent_list', agents: [agent('one')] })
})
afterEach(() => tui[Symbol.dispose]())

const untrusted = (hash: string) => ({ state: 'untrusted', files: 1, hash })
const review = (hash: string, more: Record<string, unknown> = {}) => {
  const files = [{ path: 'shared/init.lua', size: 10, mode: '100644' }]
  tui.hub({ type: 'repository_review', repository: untrusted(hash), files, ...more })
}
/** The hub saw that it has changed. */
const change = (hash: string) => tui.hub({ type: 'repository', repository: untrusted(hash), ask: true })
const trusted = () => tui.sent.filter(({ type }) => type === 'trust_repository')
const reviews = () => tui.sent.filter(({ type }) => type === 'review_repository').length
const messages = () => tui.notices.list.map(({ message }) => message)
/** The review of other content has come; keys count again once it could be seen. */
const trustOnceItCounts = () =>
  vi.waitUntil(() => tui.press('T') && trusted().length > 0, { timeout: 10_000, interval: 100 })

describe('trusting a repository', () => {
  it('trusts what was shown', () => {
    review('one')
    tui.press('T')
    expect(trusted()).toEqual([{ type: 'trust_repository', hash: 'one', always: false }])
  })

  it('does nothing before anything was shown', () => {
    tui.press('T', 'A')
    expect(trusted()).toEqual([])
    expect(tui.ui.mode).toBe('trust')
  })
})

describe('a repository that changes while it is looked at', () => {
  it('is not trusted before the change is shown, and not by a key that was on its way', async () => {
    review('one')
    const before = reviews()
    change('two')
    expect(reviews()).toBe(before + 1)
    tui.press('T', 'A')
    review('two')
    expect(messages()).toEqual(['It has changed meanwhile: look at it again.'])
    tui.press('T', 'A')
    expect(trusted()).toEqual([])
    await trustOnceItCounts()
    expect(trusted()).toEqual([{ type: 'trust_repository', hash: 'two', always: false }])
  })

  it('leads from one of its files back to all of them, and shows them anew', async () => {
    review('one')
    tui.press('down', 'down', 'down', 'enter')
    expect(tui.ui.mode).toBe('trust_file')
    review('one', { path: 'shared/init.lua', lines: [{ kind: 'same', text: 'harmless()' }], more: 0 })
    expect(tui.overlay()).toContain('harmless()')
    const before = reviews()
    change('two')
    expect([tui.ui.mode, reviews()]).toEqual(['trust', before + 1])
    tui.press('T')
    expect(trusted()).toEqual([])
    review('two')
    await trustOnceItCounts()
    expect(trusted()).toEqual([{ type: 'trust_repository', hash: 'two', always: false }])
  })

  it('is not trusted when a file of it that is opened is of other content than the list it was opened from', () => {
    review('one')
    tui.press('down', 'down', 'down', 'enter')
    review('two', { path: 'shared/init.lua', lines: [{ kind: 'same', text: 'harmful()' }], more: 0 })
    expect(tui.ui.mode).toBe('trust')
    tui.press('T')
    expect(trusted()).toEqual([])
    expect(messages()).toContain('It has changed meanwhile: look at it again.')
  })

  it('stays as it is shown when only other things about it change', () => {
    review('one')
    tui.hub({ type: 'repository', repository: { ...untrusted('one'), files: 1 }, ask: false })
    tui.press('T')
    expect(trusted()).toEqual([{ type: 'trust_repository', hash: 'one', always: false }])
  })
})
