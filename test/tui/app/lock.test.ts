import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
  list(agent('one'), agent('two'))
})
afterEach(() => tui[Symbol.dispose]())

const list = (...agents: Record<string, unknown>[]) => tui.hub({ type: 'agent_list', agents })
const ended = { sessions: [{ name: 'agent', session_id: 'one/agent', exited: true, exit_code: 0 }] }
const messages = () => tui.notices.list.map(({ message }) => message)
/** Keys that mean something here whenever they are not locked. */
const OURS = ['ctrl+p', 'ctrl+q', 'f1', 'f2', 'f4', 'ctrl+j', 'alt+y', 'escape']
const isLocked = () => OURS.every((key) => !tui.press(key)[0])

describe('locked keys', () => {
  it('all go to the program, until the same key unlocks them', () => {
    tui.press('f9')
    expect(messages()).toEqual(['All keys go to the agent now. f9 unlocks them.'])
    expect(tui.text()).toContain('[LOCKED f9 unlocks] one')
    expect(isLocked()).toBe(true)
    expect([tui.ui.mode, tui.quits(), tui.agents.selected?.agent.id]).toEqual(['insert', 0, 'one'])
    expect(tui.press('f9')).toEqual([true])
    expect(tui.text()).not.toContain('LOCKED')
    tui.press('ctrl+j')
    expect(tui.agents.selected?.agent.id).toBe('two')
  })

  it('can be had from the agent list, and from the palette', () => {
    tui.press('f2', 'f9')
    expect(tui.ui.mode).toBe('insert')
    expect(isLocked()).toBe(true)
    tui.press('f9', 'ctrl+p')
    tui.type('lock: all keys')
    expect(tui.overlay()).toMatch(/Lock: all keys go to the agent, or no longer\s+f9/)
    tui.press('enter')
    expect(isLocked()).toBe(true)
  })

  it('are not kept by keys of extensions, nor by sequences', () => {
    tui.lua.load({ 'mine.lua': "botster.keymap.set('insert', 'ctrl+x g', 'next_agent')" })
    tui.press('f9')
    expect(tui.press('ctrl+x', 'g')).toEqual([false, false])
  })

  it('stay locked when files of the UI change', () => {
    tui.press('f9')
    tui.lua.load({ 'mine.lua': "botster.keymap.set('insert', 'f5', 'next_agent')" })
    expect(tui.press('f5')).toEqual([false])
    expect(isLocked()).toBe(true)
    tui.press('f9')
    expect(isLocked()).toBe(false)
  })

  it('are unlocked by whatever key the user has bound to it, which the screen tells', () => {
    tui.lua.load({ 'mine.lua': "botster.keymap.set({ 'insert', 'normal' }, 'f8', 'lock_keys')" })
    tui.lua.load({
      'mine.lua': `botster.keymap.set({ 'insert', 'normal' }, 'f12', 'lock_keys')
        botster.keymap.set({ 'insert', 'normal' }, 'f9', 'none')`,
    })
    tui.press('f12')
    expect(tui.text()).toContain('[LOCKED f12 unlocks]')
    expect(tui.press('f8', 'f9')).toEqual([false, false])
    tui.press('f12')
    expect(isLocked()).toBe(false)
  })

  it('are unlocked by each key that is bound to it', () => {
    tui.lua.load({ 'mine.lua': "botster.keymap.set({ 'insert', 'normal' }, 'f12', 'lock_keys')" })
    for (const [locks, unlocks] of [
      ['f9', 'f12'],
      ['f12', 'f9'],
    ] as const) {
      tui.press(locks)
      expect(tui.text()).toContain('[LOCKED f9 unlocks]')
      expect(isLocked()).toBe(true)
      expect(tui.press(unlocks)).toEqual([true])
      expect(isLocked()).toBe(false)
      tui.press('escape')
    }
  })
})

describe('nobody is locked in:', () => {
  it('a click on an agent in the list unlocks, also on the one that is locked', () => {
    tui.press('f9')
    tui.click({ action: 'select_agent', index: 0 })
    expect(isLocked()).toBe(false)
  })

  it('another terminal is not locked, and the one before no longer, either', () => {
    tui.press('f9')
    list(agent('two'))
    expect(tui.text()).not.toContain('LOCKED')
    list(agent('one'), agent('two'))
    tui.press('ctrl+j')
    expect(tui.agents.selected?.agent.id).toBe('one')
    expect(isLocked()).toBe(false)
  })

  it('the end of the program unlocks once nobody types into it any more, and then there is nothing to lock', async () => {
    tui.press('f9')
    list(agent('one', ended), agent('two'))
    expect(isLocked()).toBe(true)
    await vi.waitUntil(() => !isLocked(), { timeout: 30_000, interval: 100 })
    expect(tui.text()).not.toContain('LOCKED')
    tui.press('escape', 'f9')
    expect(messages()).toContain('There is no program that could have all keys.')
  })

  it('where no single key is bound to it, keys are not locked, and no longer when it is taken away', () => {
    tui.press('f9')
    const mine = "botster.keymap.set({ 'insert', 'normal' }, 'f9', 'none')"
    tui.lua.load({ 'mine.lua': mine })
    expect(isLocked()).toBe(false)
    tui.lua.load({ 'mine.lua': `${mine} botster.keymap.set('insert', 'ctrl+x l', 'lock_keys')` })
    tui.press('escape', 'ctrl+x', 'l')
    expect(messages().at(-1)).toContain('No key would unlock them. Bind one: botster.keymap.set(')
    expect(isLocked()).toBe(false)
  })

  it('a layout that does not say it gets a line that does, with the key', () => {
    tui.lua.load({ 'layout.lua': 'function render() return { type = "terminal" } end' })
    tui.press('f9')
    expect(tui.text()).toContain('LOCKED f9 unlocks: all keys go to the agent')
    tui.press('f9')
    expect(tui.text()).not.toContain('LOCKED')
  })

  it('other layouts of the same terminal say it once', () => {
    tui.press('alt+\\', 'f9')
    expect(tui.text().match(/LOCKED/g)).toHaveLength(1)
  })
})
