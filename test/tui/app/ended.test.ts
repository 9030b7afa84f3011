import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys({ files: { 'soon.lua': 'require("ui.ended").quiet_seconds = 0.05' } })
})
afterEach(() => tui[Symbol.dispose]())

const running = { name: 'agent', session_id: 'one/agent', exited: false }
const ended = { ...running, exited: true, exit_code: 3 }
const withSession = (...sessions: Record<string, unknown>[]) => {
  tui.hub({ type: 'agent_list', agents: [agent('one', { sessions }), agent('two')] })
}
/** What the user presses once nothing is typed blindly any more. */
const rested = (key: string, holds: () => boolean) => {
  return vi.waitUntil(() => tui.press(key).at(-1) && holds(), { timeout: 30_000, interval: 100 })
}
const restart = { type: 'restart_session', agent: 'one', name: 'agent' }

describe('an agent whose program has ended', () => {
  it('says so below what it printed last, with the keys that do something about it', () => {
    withSession(ended)
    expect(tui.text()).toContain('The program has ended (exit 3)')
    for (const key of ['enter', 'x', 'esc', '?'])
      expect(tui.text()).toMatch(new RegExp(`(^|\\s)${key.replace('?', '\\?')} `, 'm'))
    withSession({ ...ended, exit_code: undefined, exit_signal: 'SIGKILL' })
    expect(tui.text()).toContain('The program was ended by SIGKILL')
    withSession(running)
    expect(tui.text()).not.toContain('start again')
  })

  it('is started again by enter, in the size of its terminal', () => {
    withSession(ended)
    tui.press('enter')
    expect(tui.sent.at(-1)).toMatchObject({ ...restart, rows: 38, cols: 83 })
  })

  it('shows no error for an enter too many, and one for what keeps it from starting', () => {
    withSession(ended)
    tui.press('enter', 'enter')
    const refused = { type: 'error', command: 'restart_session', message: 'agent of one is being started already' }
    tui.hub({ ...refused, kind: 'running' })
    expect([tui.ui.mode, tui.notices.list]).toEqual(['insert', []])
    tui.hub({ ...refused, message: 'its directory is gone', kind: 'no_directory' })
    expect(tui.ui.mode).toBe('error')
    expect(tui.overlay()).toContain('its directory is gone')
  })

  it('shows no error for an enter too many on one that is lost either, and one for what keeps it lost', () => {
    tui.hub({ type: 'agent_list', agents: [agent('one', { sessions: [ended], status: 'lost' })] })
    tui.press('enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ type: 'restore_agents', agents: ['one'] })
    const answer = (message: string, kind: string) => {
      const value = { restored: [], failed: [{ agent: 'one', message, kind }] }
      tui.hub({ type: 'result', command: 'restore_agents', value })
    }
    answer('one is being started already', 'running')
    expect([tui.ui.mode, tui.notices.list]).toEqual(['insert', []])
    answer('its directory is gone', 'no_directory')
    expect(tui.overlay()).toContain('its directory is gone')
  })

  it('is closed by x, after the question; escape leads to the list, and ? shows these keys first', () => {
    withSession(ended)
    tui.press('x')
    expect(tui.ui.mode).toBe('close_agent_confirm')
    tui.press('escape', 'escape')
    expect(tui.ui.mode).toBe('normal')
    tui.press('enter', '?')
    expect(tui.overlay()).toMatch(
      /Keys: an agent whose program has ended[\s\S]*Start the program again[\s\S]*Next agent/,
    )
    tui.press('escape')
    expect(tui.ui.mode).toBe('insert')
  })

  it('does nothing of it with keys that were meant for the program when it ended', async () => {
    withSession(running)
    withSession(ended)
    expect(tui.press('x', 'y', 'enter')).toEqual([false, false, false])
    expect(tui.ui.mode).toBe('insert')
    expect(tui.sent).not.toContainEqual(expect.objectContaining({ type: 'restart_session' }))
    expect(tui.sent).not.toContainEqual(expect.objectContaining({ type: 'delete_agent' }))
    await rested('enter', () => tui.sent.at(-1)?.type === 'restart_session')
  })

  it('waits as long as somebody goes on typing, and tells those whose layout does not say why', async () => {
    withSession(running)
    withSession(ended)
    tui.hub({ type: 'typed_into_ended', session_id: 'one/agent' })
    expect(tui.notices.list).toEqual([])
    tui.lua.load({ 'layout.lua': 'function render() return { type = "empty" } end' })
    tui.hub({ type: 'typed_into_ended', session_id: 'one/agent' })
    expect(tui.notices.list).toMatchObject([{ message: 'The program has ended (exit 3): what you type goes nowhere.' }])
  })

  it('is told of at the bottom of a layout that shows its terminal and knows nothing of its end', () => {
    const mine = (node: string) => ({ 'layout.lua': `function render() return ${node} end` })
    const terminal = '{ type = "terminal", props = { agent_index = 0, pty_index = 0 } }'
    tui.lua.load(
      mine(`{ type = "hsplit", constraints = { "50%", "50%" }, children = { ${terminal}, { type = "empty" } } }`),
    )
    withSession(running)
    expect(tui.text()).not.toContain('has ended')
    withSession(ended)
    expect(tui.text()).toMatch(/The program has ended \(exit 3\)[\s\S]*enter start again/)
    tui.press('ctrl+j') // the other agent runs
    expect(tui.text()).not.toContain('has ended')
    tui.press('ctrl+k')
    expect(tui.text()).toContain('has ended')
    withSession(running)
    expect(tui.text()).not.toContain('has ended')
    tui.lua.load(mine('{ type = "paragraph", props = { lines = { "no terminal" } } }'))
    withSession(ended)
    expect(tui.text()).not.toContain('has ended')
  })

  it('says so once in a layout that does', () => {
    withSession(ended)
    expect(tui.text().split('has ended')).toHaveLength(2)
  })

  it('names at least two of its keys where there are twenty columns', () => {
    tui.resize(20, 5)
    withSession(ended)
    expect(tui.text()).toMatch(/^enter again {2}x close$/m)
  })

  it('leaves all other keys what they are, and may be given more', () => {
    tui.lua.load({ 'mine.lua': "botster.keymap.set('ended', 'g', 'next_agent')" })
    withSession(ended)
    tui.press('ctrl+j')
    expect(tui.agents.selected?.agent.id).toBe('two')
    tui.press('ctrl+k')
    expect(tui.press('a')).toEqual([false])
    tui.press('g')
    expect(tui.agents.selected?.agent.id).toBe('two')
  })

  it('has it in the palette too, and only it', () => {
    withSession(running)
    tui.press('ctrl+p')
    tui.type('start the program')
    expect(tui.overlay()).not.toContain('Start the program again')
    tui.press('escape')
    withSession(ended)
    tui.press('ctrl+p')
    tui.type('start the program')
    tui.press('enter')
    expect(tui.sent.at(-1)).toMatchObject(restart)
  })

  it('is told of why it could not be started', () => {
    withSession(ended)
    tui.press('enter')
    tui.hub({ type: 'error', command: 'restart_session', message: 'the directory is gone' })
    expect(tui.overlay()).toContain('the directory is gone')
  })
})
