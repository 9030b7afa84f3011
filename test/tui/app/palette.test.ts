import { afterEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
afterEach(() => tui[Symbol.dispose]())

const start = async (files: Record<string, string> = {}) => {
  tui = await startKeys({ files })
  tui.hub({ type: 'agent_list', agents: ['one', 'two'].map((id) => agent(id)) })
}

/** Types letters into the palette and takes what they lead to. */
const choose = (letters: string) => {
  tui.press('ctrl+p')
  tui.type(letters)
  tui.press('enter')
}

const COMMANDS = {
  type: 'result',
  command: 'list_commands',
  value: {
    commands: [
      { type: 'create_agent', description: 'Start an agent' },
      { type: 'greet', description: 'Says hello to everybody' },
      { type: 'plumbing', description: '' },
    ],
  },
}

describe('the palette', () => {
  it('opens with ctrl+p, shows every action with its key, and leaves with escape', async () => {
    await start()
    tui.press('ctrl+p')
    expect(tui.ui.mode).toBe('palette')
    expect(tui.overlay()).toMatch(/New agent/)
    expect(tui.overlay()).toMatch(/Next agent\nctrl\+j/)
    tui.press('escape')
    expect(tui.ui.mode).toBe('insert')
    expect(tui.ui.hasOverlay).toBe(false)
  })

  it('keeps what fits the letters typed, the best first, and runs it with enter', async () => {
    await start()
    tui.press('ctrl+p')
    tui.type('rename')
    expect(tui.overlay()).not.toContain('New agent')
    tui.press('enter')
    expect(tui.ui.mode).toBe('rename_agent')
  })

  it('puts what begins with the letters first', async () => {
    await start()
    choose('split')
    expect(tui.agents.selected?.agent.id).toBe('two')
  })

  it('leads to an agent by its name', async () => {
    await start()
    choose('tw')
    expect(tui.agents.selected?.agent.id).toBe('two')
    expect(tui.ui.mode).toBe('insert')
    tui.press('ctrl+p')
    tui.type('tw')
    expect(tui.overlay()).not.toMatch(/^two$/m) // it is seen already
  })

  it('begins at the best match whenever the letters change', async () => {
    await start()
    tui.press('ctrl+p', 'down', 'down')
    tui.type('detach')
    tui.press('enter')
    expect(tui.quits()).toBe(1)
  })

  it('runs actions that botster itself carries out', async () => {
    await start()
    choose('next agent')
    expect(tui.agents.selected?.agent.id).toBe('two')
    expect(tui.ui.mode).toBe('insert')
  })

  it('says so when nothing fits, and enter does nothing then', async () => {
    await start()
    tui.press('ctrl+p')
    tui.type('qqqqzzzz')
    expect(tui.overlay()).toContain('Nothing fits')
    tui.press('enter')
    expect(tui.ui.mode).toBe('palette')
  })

  it('asks the hub for its commands and shows them with their descriptions, but not those an action stands for', async () => {
    await start()
    tui.press('ctrl+p')
    expect(tui.sent.at(-1)).toEqual({ type: 'list_commands' })
    tui.hub(COMMANDS)
    expect(tui.overlay()).toMatch(/greet: Says hello to everybody\nhub/)
    expect(tui.overlay()).not.toContain('create_agent')
  })

  it('runs a command of the hub with the selected agent, and shows what it answered', async () => {
    await start()
    tui.hub(COMMANDS)
    choose('hello')
    expect(tui.sent.at(-1)).toEqual({ type: 'greet', agent: 'one' })
    tui.hub({ type: 'result', command: 'greet', value: { greeting: 'hello' } })
    expect(tui.notices.list.map(({ message }) => message)).toEqual(['greet: {"greeting":"hello"}'])
  })

  it('gives a command arguments after tab, and keeps them while they are wrong', async () => {
    await start()
    tui.hub(COMMANDS)
    tui.press('ctrl+p')
    tui.type('greet')
    tui.press('tab')
    tui.type('name="Ann Lee" twice')
    tui.press('enter')
    expect(tui.overlay()).toContain('Expected name=value, got twice')
    expect(tui.overlay()).toContain('name="Ann Lee" twice')
    for (const _ of 'twice') tui.press('backspace')
    tui.type('count=2 loud=true')
    tui.press('enter')
    expect(tui.sent.at(-1)).toEqual({ type: 'greet', agent: 'one', name: 'Ann Lee', count: 2, loud: true })
  })

  it('shows actions and keys of extensions with their descriptions', async () => {
    await start({
      'x.lua': `botster.action.register('tidy', function() return { { op = 'quit' } } end, { desc = 'Tidy up everything' })
        botster.keymap.set('insert', 'f5', 'tidy')`,
    })
    tui.press('ctrl+p')
    expect(tui.overlay()).toMatch(/Tidy up everything\nf5/)
    tui.type('tidy up')
    tui.press('enter')
    expect(tui.quits()).toBe(1)
  })
})

describe('the keys of a mode', () => {
  it('are shown by f1 while typing, and escape leads back', async () => {
    await start()
    tui.press('f1')
    expect(tui.overlay()).toContain('Keys: typing into the agent')
    expect(tui.overlay()).toMatch(/ctrl\+j +Next agent|ctrl\+j +\nNext agent/)
    tui.press('escape')
    expect(tui.ui.mode).toBe('insert')
  })

  it('can be looked at in the middle of an input, whose text stays', async () => {
    await start()
    tui.press('f10', '1', 'enter')
    tui.type('feat/x?')
    tui.press('f1')
    expect(tui.overlay()).toContain('Typed into the field')
    tui.press('?')
    expect(tui.ui.mode).toBe('new_agent_create_worktree')
    expect(tui.overlay()).toContain('feat/x?')
  })

  it('say of a key bound by two extensions which of them has it', async () => {
    const bind = (action: string) => `botster.keymap.set('insert', 'f6', '${action}')`
    await start({ 'a.lua': bind('refresh'), 'b.lua': bind('detach') })
    const [notice] = tui.lua.notices
    expect(notice).toMatch(/f6 in mode insert is bound by .*a\.lua \(refresh\) and by .*b\.lua \(detach\)/)
    expect(tui.lua.notices).toHaveLength(1)
    tui.press('f1')
    expect(tui.overlay()).toMatch(/Bound twice[\s\S]*f6[\s\S]*detach[\s\S]*before refresh of .*a\.lua/)
    tui.press('escape', 'f6')
    expect(tui.quits()).toBe(1)
  })

  it('are no conflict when the second binding is meant to replace the first', async () => {
    await start({
      'a.lua': "botster.keymap.set('insert', 'f6', 'refresh')",
      'b.lua': "botster.keymap.set('insert', 'f6', 'detach', { override = true })",
    })
    expect(tui.lua.notices).toEqual([])
  })
})

describe('a sequence of keys', () => {
  const BIND = `
    botster.keymap.set({ 'insert', 'normal' }, 'Ctrl+X g', 'next_agent', { desc = 'the next one' })
    botster.keymap.set('insert', 'ctrl+x ctrl+x q', 'detach')`

  it('runs its action after its last key, and keeps all of them from the program', async () => {
    await start({ 'x.lua': BIND })
    expect(tui.press('ctrl+x', 'g')).toEqual([true, true])
    expect(tui.agents.selected?.agent.id).toBe('two')
    tui.press('ctrl+x', 'ctrl+x', 'q')
    expect(tui.quits()).toBe(1)
  })

  it('shows after its first key what may follow', async () => {
    await start({ 'x.lua': BIND })
    tui.press('ctrl+x')
    expect(tui.overlay()).toMatch(/ctrl\+x[\s\S]*g +the next one|g +\nthe next one/)
    tui.press('g')
    expect(tui.ui.hasOverlay).toBe(false)
  })

  it('is left with escape, which the program does not see', async () => {
    await start({ 'x.lua': BIND })
    expect(tui.press('ctrl+x', 'escape')).toEqual([true, true])
    expect(tui.ui.hasOverlay).toBe(false)
    expect(tui.press('escape')).toEqual([false])
  })

  it('gives the program its first key when that is pressed twice, and says of others that they mean nothing', async () => {
    await start({ 'x.lua': "botster.keymap.set('insert', 'ctrl+x g', 'detach')" })
    expect(tui.press('ctrl+x', 'ctrl+x')).toEqual([true, false])
    expect(tui.press('ctrl+x', 'z')).toEqual([true, true])
    expect(tui.notices.list.map(({ message }) => message)).toEqual(['ctrl+x z means nothing here'])
  })

  it('that begins with f4 gives the program any key, also one that means something here, but not escape', async () => {
    await start({})
    expect(tui.press('f4')).toEqual([true])
    expect(tui.overlay()).toMatch(/any key[\s\S]*is typed into the agent/)
    expect(tui.press('ctrl+j')).toEqual([false])
    expect(tui.agents.selected?.agent.id).toBe('one')
    expect(tui.ui.hasOverlay).toBe(false)
    expect(tui.press('ctrl+j')).toEqual([true])
    expect(tui.agents.selected?.agent.id).toBe('two')
    expect(tui.press('f4', 'f4')).toEqual([true, false])
    expect(tui.press('f4', 'escape', 'escape')).toEqual([true, true, false])
    expect(tui.notices.list).toEqual([])
  })

  it('for any key can be begun in the palette, also from the list', async () => {
    await start({})
    tui.press('f2', 'ctrl+p')
    tui.type('next key')
    tui.press('enter')
    expect(tui.press('ctrl+k')).toEqual([false])
    expect(tui.ui.mode).toBe('insert')
  })

  it('is over when its time is, and then a key that was bound by itself counts', async () => {
    await start({
      'x.lua': `botster.keymap.timeout_ms = 30
        botster.keymap.set('insert', 'ctrl+x', 'detach')
        botster.keymap.set('insert', 'ctrl+x g', 'refresh')`,
    })
    tui.press('ctrl+x')
    expect(tui.quits()).toBe(0)
    await expect.poll(() => tui.quits()).toBe(1)
    tui.ui.flush()
    expect(tui.ui.hasOverlay).toBe(false)
  })
})
