import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let home: string
let tui: KeysUnderTest
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'bt-list-'))
  tui = await startKeys({ env: { HOME: home } })
})
afterEach(() => {
  tui[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

const show = (...agents: [string, Record<string, unknown>?][]) => {
  tui.hub({ type: 'agent_list', agents: agents.map(([id, fields]) => agent(id, fields)) })
}
/** The list as it is drawn: the text of each item, what is at its right, and its second line. */
const items = () => {
  const tree = tui.drawn()[0]
  const sidebar = tree?.type === 'hsplit' ? tree.children[0] : undefined
  const list = sidebar?.type === 'vsplit' ? sidebar.children[0] : sidebar
  if (list?.type !== 'list') throw new Error('there is no list')
  const text = (line?: readonly { text: string }[]) => line?.map((span) => span.text).join('')
  return list.items.map((item) => [text(item.text), text(item.right), text(item.secondary)])
}
const names = () => items().map(([name]) => name)
const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60

const leftAndOpened = async () => {
  tui.hub({ type: 'ui_ending' })
  tui[Symbol.dispose]()
  tui = await startKeys({ env: { HOME: home }, cols: 140 })
}

describe('the list of agents', () => {
  it('does not say that there are none before the hub has told', () => {
    expect(tui.text()).not.toContain('Agents (0)')
    expect(tui.text()).not.toContain('No agents yet')
    show()
    expect(tui.text()).toContain('Agents (0)')
    expect(tui.text()).toContain('No agents yet')
  })

  it('is opened again at the agent that was looked at when it was left', async () => {
    show(['one'], ['two'], ['three'])
    expect(tui.agents.selected?.agent.id).toBe('one')
    tui.press('ctrl+j')
    await leftAndOpened()
    show(['one'], ['three'], ['two'])
    expect(tui.agents.selected?.agent.id).toBe('two')
  })

  it('is opened again with the session and the terminals beside it, as far as there are still agents for them', async () => {
    const sessions = [{ name: 'agent' }, { name: 'web' }]
    const titles = () =>
      [...tui.text().matchAll(/^ (\S+) \[(\w+).*\] $/gm)].map(([, name, session]) => `${name} ${session}`)
    show(['one', { sessions }], ['two'], ['three'])
    tui.press('ctrl+]', 'alt+\\', 'alt+-', 'alt+o')
    await leftAndOpened()
    show(['one', { sessions }], ['two'], ['three'])
    expect(titles()).toEqual(['one WEB', 'two AGENT', 'three AGENT'])
    expect(tui.agents.selected).toMatchObject({ agent: { id: 'one' }, ptyIndex: 1 })
    await leftAndOpened()
    show(['three'], ['one', { sessions }])
    expect(titles()).toEqual(['one WEB', 'three AGENT'])
    tui.press('alt+0', 'alt+z')
    await leftAndOpened()
    show(['three'], ['one', { sessions }])
    expect(titles()).toEqual(['three AGENT'])
    expect(tui.text()).toContain('[ZOOM]')
  })

  it('opens where it can when what was remembered makes no sense', async () => {
    const odd = [
      'x',
      { rows: 1 },
      { rows: [['y']], focused: [1, 1] },
      { rows: [[{ agent_id: 'two' }, 3]], focused: [1, 1] },
    ]
    mkdirSync(join(home, '.config/botster'), { recursive: true })
    writeFileSync(join(home, '.config/botster/config.json'), JSON.stringify({ last_views: odd }))
    show(['one'], ['two'])
    expect(tui.agents.selected?.agent.id).toBe('two')
    expect(tui.lua.problems).toEqual([])
  })

  it('leads back to the agent that was looked at before, and there again', () => {
    show(['one'], ['two'], ['three'])
    const press = (key: string) => {
      tui.press(key)
      return tui.agents.selected?.agent.id
    }
    expect(['alt+;', 'ctrl+k', 'alt+;', 'alt+;', 'ctrl+k', 'alt+;'].map(press)).toEqual([
      ...['one', 'three', 'one', 'three', 'two', 'three'],
    ])
    show(['three'], ['four'])
    expect(press('alt+;')).toBe('three')
    expect(tui.notices.list.at(-1)?.message).toContain('No other agent')
  })

  it('begins at the first agent where the one that was looked at is gone', async () => {
    show(['one'], ['two'])
    tui.press('ctrl+j')
    await leftAndOpened()
    show(['three'], ['one'])
    expect(tui.agents.selected?.agent.id).toBe('three')
  })

  it('shows the state of each, for how long, and what is to know of its branch', () => {
    show(
      ['one', { state: 'working', state_since: minutesAgo(3), git: { dirty: true, ahead: 2, behind: 1 } }],
      ['two', { state: 'waiting', state_since: minutesAgo(0), state_question: 'Run npm install?', notification: true }],
      ['three', { state: 'idle', state_since: minutesAgo(150), sessions: [{ name: 'agent', port: 8080 }] }],
      ['four', { status: 'failed' }],
    )
    expect(items()).toEqual([
      ['one', '▶ 3m', '✱ ↑2 ↓1'],
      ['● two', '? <1m', 'Run npm install?'],
      ['three', '· 2h', 'three :8080'],
      ['four', '✗', 'failed'],
    ])
  })

  it('shows what the teardown of a worktree prints, not the terminal of the program that has ended', () => {
    const sessions = [{ name: 'agent', exited: true }, { name: 'teardown' }]
    const shown = () => JSON.stringify(tui.drawn()[0])
    show(['one', { status: 'running', sessions }])
    expect(shown()).toContain('one [AGENT')
    show(['one', { status: 'removing_worktree', sessions }])
    expect(shown()).toContain('one [TEARDOWN')
  })

  it('turns a spinner while an agent is made', () => {
    show(['one', { status: 'creating_worktree' }])
    expect(items()).toEqual([['one', '\ufdd0', 'creating worktree']])
  })

  it('goes to the next agent that waits with one key, the most urgent first', () => {
    show(['one'], ['two', { state: 'done' }], ['three', { state: 'waiting' }], ['four', { notification: true }])
    tui.press('f3')
    expect(tui.agents.selected?.agent.id).toBe('three')
    tui.press('f3')
    expect(tui.agents.selected?.agent.id).toBe('two')
    show(['one'], ['two', { state: 'working' }])
    tui.press('f3')
    expect(tui.notices.list.map(({ message }) => message)).toEqual(['No other agent needs you'])
  })

  it('is sorted by a key, remembers the order, and is walked through in that order', async () => {
    const agents: [string, Record<string, unknown>][] = [
      ['one', { state: 'idle', state_since: 10 }],
      ['two', { state: 'waiting', state_since: 5 }],
      ['a third', { state: 'done', state_since: 20 }],
    ]
    show(...agents)
    tui.press('f2', 's')
    expect(names()).toEqual(['two', 'a third', 'one'])
    tui.press('s')
    expect(names()).toEqual(['a third', 'one', 'two'])
    tui.press('s')
    expect(names()).toEqual(['a third', 'one', 'two'])
    tui.press('j')
    expect(tui.agents.selected?.agent.id).toBe('two')
    expect(tui.ui.mode).toBe('normal')
    tui[Symbol.dispose]()
    tui = await startKeys({ env: { HOME: home } })
    show(...agents)
    expect(names()).toEqual(['a third', 'one', 'two'])
  })

  it('is narrowed while one types, keeps that on enter, and shows all again on escape', () => {
    show(
      ['fix-login', { profile_name: 'web' }],
      ['dark-mode', { profile_name: 'web' }],
      ['flaky', { state: 'waiting' }],
    )
    tui.press('f2', '/')
    tui.type('wait')
    expect(names()).toEqual(['no profile', 'flaky'])
    tui.press('enter')
    expect(tui.ui.mode).toBe('normal')
    expect(tui.text()).toContain('Agents (1 of 3) /wait')
    tui.press('/', 'escape')
    expect(tui.text()).toContain('Agents (3)')
  })

  it('groups agents by profile when there are several, unless told not to', () => {
    show(['one', { profile_name: 'web' }], ['two', { profile_name: 'api' }], ['three', { profile_name: 'web' }])
    expect(names()).toEqual(['api', 'two', 'web', 'one', 'three'])
    expect(items()[1]).toEqual(['two', undefined, 'two'])
    tui.press('f2', 'g')
    expect(names()).toEqual(['one', 'two', 'three'])
    expect(items()[0]).toEqual(['one', undefined, 'web'])
  })

  it('renames, closes and mutes by keys, and escape leads back to typing', () => {
    show(['one'], ['two'])
    tui.press('f2', 'r')
    expect(tui.ui.mode).toBe('rename_agent')
    tui.press('escape')
    expect(tui.ui.mode).toBe('normal')
    tui.press('x')
    expect(tui.overlay()).toContain('Close one?')
    tui.press('n', 'M')
    expect(items()[0]?.[2]).toBe('one muted')
    tui.press('escape')
    expect(tui.ui.mode).toBe('insert')
    expect(tui.press('x')).toEqual([false])
  })

  it('makes room for the terminal on a narrow screen, and takes it all when it is asked for', async () => {
    tui[Symbol.dispose]()
    tui = await startKeys({ cols: 40, rows: 10 })
    show(['one'])
    expect(tui.drawn()[0]?.type).toBe('terminal')
    tui.press('f2')
    expect(tui.drawn()[0]?.type).toBe('list')
  })
})

describe('the first run', () => {
  it('says what to do next, with the keys as they are bound', async () => {
    tui[Symbol.dispose]()
    tui = await startKeys({ files: { 'k.lua': "botster.keymap.set('normal', 'a', 'new_agent')" } })
    show()
    expect(tui.text()).toMatch(/ {2}a +\n?start one/)
    expect(tui.text()).toContain('botster doctor')
  })

  it('takes one through six keys, forward and back, and out', () => {
    show()
    tui.press('t')
    expect(tui.overlay()).toContain('Six keys: 1')
    tui.press('enter', 'right', 'left')
    expect(tui.overlay()).toMatch(/Six keys: 2[\s\S]*\bn\b/)
    tui.press('escape')
    expect(tui.ui.mode).toBe('normal')
    tui.press('t', 'enter', 'enter', 'enter', 'enter', 'enter')
    expect(tui.overlay()).toContain('Six keys: 6')
    tui.press('enter')
    expect(tui.ui.hasOverlay).toBe(false)
  })
})

describe('narrowing the list', () => {
  const narrow = (text: string) => {
    tui.press('f2', '/')
    tui.type(text)
  }

  it('goes to the first of those that are left when the one that is looked at is not among them', () => {
    show(['one'], ['two'], ['three'])
    narrow('t')
    expect(names()).toEqual(['two', 'three'])
    tui.press('enter')
    expect(tui.agents.selected?.agent.id).toBe('two')
    narrow('hree')
    expect(names()).toEqual(['three'])
    tui.press('escape', 'f2', '/')
    tui.type('t')
    tui.press('enter')
    expect(tui.agents.selected?.agent.id).toBe('two')
  })

  it('is still narrowed when the field is opened again', () => {
    show(['one'], ['two'])
    narrow('tw')
    tui.press('enter', 'f2', '/')
    expect(tui.overlay()).toContain('tw')
    expect(names()).toEqual(['two'])
  })

  it('marks nobody when the one that is looked at left those shown', () => {
    show(['one', { state: 'done' }], ['two'])
    narrow('done')
    tui.press('enter')
    const marked = () => {
      const found: unknown[] = []
      const visit = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return
        if ('highlightSymbol' in node) found.push(node.highlightSymbol)
        for (const inner of Object.values(node)) if (typeof inner === 'object') visit(inner)
      }
      visit(tui.drawn()[0])
      return found
    }
    expect(marked()).toEqual(['> '])
    show(['one', { state: 'working' }], ['two', { state: 'done' }])
    expect(names()).toEqual(['two'])
    expect(marked()).toEqual(['  '])
  })
})

describe('names', () => {
  it('an agent that was given another name has it in the title of its terminal, too', () => {
    show(['one', { name: 'editor', display_name: 'editor' }])
    expect(tui.text()).toContain(' editor (one) [AGENT]')
  })

  it('names the session also behind a name that is longer than the screen', () => {
    const name = 'ä long name '.repeat(20)
    show(['one', { name, display_name: name }])
    expect(tui.text()).toContain(` ${name.slice(0, 23)}… (one) [AGENT]`)
  })
})

describe('whoever has just begun', () => {
  it('is told at the first agent where the keys go now, and how to leave', () => {
    show()
    tui.press('n', 'enter', 'enter', 'enter', 'enter')
    show(['one'])
    expect(tui.notices.list.map(({ message }) => message)).toEqual([
      'You type here now. f2: list, f1: keys, ctrl+q: leave',
    ])
  })

  it('sees the keys of the list below it while they go there', () => {
    show(['one'])
    expect(tui.text()).not.toContain(' all keys')
    tui.press('f2')
    expect(tui.text()).toContain(' all keys')
    tui.resize(80, 12)
    expect(tui.text()).not.toContain(' all keys')
  })
})
