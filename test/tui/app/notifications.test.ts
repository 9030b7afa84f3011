import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alertSequence } from '../../../tui/alerts.ts'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let home: string
let tui: KeysUnderTest
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'bt-notify-'))
  tui = await startKeys({ env: { HOME: home } })
  list({}, {})
})
afterEach(() => {
  tui[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

const list = (one: Record<string, unknown>, two: Record<string, unknown>) => {
  tui.hub({ type: 'agent_list', agents: [agent('one', one), agent('two', two)] })
}
const toasts = () => tui.notices.list.map(({ message }) => message)
const settings = (): unknown => JSON.parse(readFileSync(join(home, '.config/botster/config.json'), 'utf8'))
const run = (name: string) => {
  tui.press('ctrl+p')
  tui.type(name)
  tui.press('enter')
}

describe('an agent that wants attention', () => {
  const notify = (id: string, fields: Record<string, unknown> = {}) => {
    tui.hub({ type: 'pty_notification', agent_id: id, source: 'osc777', body: 'tests pass', ...fields })
  }

  it('makes a toast when another one is looked at, one for each agent at a time', () => {
    tui.focus(true)
    notify('two')
    notify('two', { title: 'Done' })
    expect(toasts()).toEqual(['two: Done: tests pass'])
    expect(tui.written).toEqual([])
  })

  it('makes an alert of the outer terminal when its window is not looked at', () => {
    notify('two')
    expect(tui.written).toEqual(['\x1b]9;two: tests pass\x1b\\'])
    expect(toasts()).toEqual([])
  })

  it('makes both, and stays marked, while a pager has the terminal', () => {
    tui.focus(true)
    tui.lend(true)
    notify('one')
    expect(toasts()).toEqual(['one: tests pass'])
    expect(tui.written).toEqual(['\x1b]9;one: tests pass\x1b\\'])
    expect(tui.sent).toEqual([])
  })

  it('keeps what is muted in other repositories, and says one thing of an agent at a time', () => {
    mkdirSync(join(home, '.config/botster'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.config/botster/config.json'), '{"muted": ["of another repository"]}')
    tui.press('ctrl+j')
    run('mute the agent')
    expect(settings()).toEqual({ muted: ['two', 'of another repository'] })
    run('mute the agent')
    expect(settings()).toEqual({ muted: ['of another repository'] })
    expect(toasts()).toEqual(['two is no longer muted'])
  })

  it('says nothing when it is muted, and the muting is remembered', async () => {
    tui.press('ctrl+j')
    run('mute the agent')
    expect(toasts()).toEqual(['two is muted'])
    expect(settings()).toEqual({ muted: ['two'] })
    notify('two')
    expect(tui.written).toEqual([])
    tui[Symbol.dispose]()
    tui = await startKeys({ env: { HOME: home } })
    list({}, {})
    notify('two')
    notify('one')
    expect(tui.written).toEqual(['\x1b]9;one: tests pass\x1b\\'])
  })

  it('is told of when it begins to wait, is done or fails, with the reason', () => {
    list({ state: 'working' }, { state: 'working' })
    list({ state: 'working' }, { state: 'waiting', state_question: 'Run npm install?' })
    expect(tui.written).toEqual(['\x1b]9;two is waiting for you: Run npm install?\x1b\\'])
    list({ state: 'working' }, { state: 'waiting', state_question: 'Run npm install?' })
    expect(tui.written).toHaveLength(1)
    tui.focus(true)
    list({ state: 'done' }, { state: 'failed', state_reason: 'exit code 1' })
    expect(toasts()).toEqual(['two has failed: exit code 1']) // one is looked at
  })
})

describe('the bell', () => {
  const ring = () => tui.hub({ type: 'terminal_bell', session_id: 'one/agent' })

  it('of the agent that is looked at rings, that of others is told', () => {
    ring()
    tui.hub({ type: 'pty_notification', agent_id: 'two', source: 'bell' })
    expect(tui.written).toEqual(['\x07', '\x1b]9;two: rang the bell\x1b\\'])
  })

  it('rings for all, becomes a toast, or is off, as the user likes', () => {
    run('bell:')
    expect(settings()).toEqual({ bell: 'all' })
    tui.hub({ type: 'pty_notification', agent_id: 'two', source: 'bell' })
    expect(tui.written.at(-1)).toBe('\x07')
    run('bell:')
    tui.written.length = 0
    ring()
    expect(toasts()).toContain('♪ one')
    run('bell:')
    ring()
    tui.hub({ type: 'pty_notification', agent_id: 'two', source: 'bell' })
    expect(tui.written).toEqual([])
  })
})

describe('an alert', () => {
  const alert = { title: 'one', body: 'done; 3 files' }

  it.each([
    ['kitty', { TERM: 'xterm-kitty' }, '\x1b]99;i=botster:d=0;one\x1b\\\x1b]99;i=botster:p=body;done; 3 files\x1b\\'],
    ['foot', { TERM: 'foot' }, '\x1b]777;notify;one;done; 3 files\x1b\\'],
    ['others', { TERM: 'xterm-256color' }, '\x1b]9;one: done; 3 files\x1b\\'],
    ['tmux', { TERM: 'tmux-256color', TMUX: '/tmp/x' }, '\x1bPtmux;\x1b\x1b]9;one: done; 3 files\x1b\x1b\\\x1b\\'],
    ['screen', { TERM: 'screen' }, '\x1bP\x1b]9;one: done; 3 files\x07\x1b\\'],
  ])('is said as %s understand it', (_, env, sequence) => {
    expect(alertSequence(alert, env)).toBe(sequence)
  })

  it('is said in the way the user chose', () => {
    expect(alertSequence({ ...alert, protocol: 'bell' }, {})).toBe('\x07')
    expect(alertSequence({ ...alert, protocol: 'osc777' }, {})).toBe('\x1b]777;notify;one;done; 3 files\x1b\\')
  })
})
