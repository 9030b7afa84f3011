import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let home: string
let tui: KeysUnderTest
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'bt-new-'))
  tui = await startKeys({ env: { HOME: home } })
  tui.hub({ type: 'agent_list', agents: [] })
})
afterEach(() => {
  tui[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

/** Types everything up to the prompt, and that. */
const fill = () => {
  tui.press('n', 'enter')
  tui.type('fix/login')
  tui.press('enter')
  tui.type('claude')
  tui.press('enter')
  tui.type('mend it')
}
const created = { type: 'create_agent', branch: 'fix/login', command: 'claude', prompt: 'mend it' }

describe('the way to a new agent', () => {
  it('shows at each step what was decided before', () => {
    tui.press('n', 'enter')
    tui.type('fix/login')
    tui.press('enter')
    expect(tui.overlay()).toContain('Branch fix/login')
    tui.type('claude')
    tui.press('enter')
    expect(tui.overlay()).toContain('Branch fix/login · command claude')
  })

  it('offers no branch where there is no repository', () => {
    tui.press('n')
    expect(tui.overlay()).toContain('New branch')
    tui.press('escape')
    tui.hub({ type: 'worktree_list', worktrees: [] })
    tui.press('n')
    expect(tui.overlay()).not.toContain('New branch')
    tui.press('enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ type: 'create_agent', worktree: false })
    expect(tui.sent.at(-1)?.branch).toBeUndefined()
  })

  it('can be gone back step by step, and every field keeps its text', () => {
    fill()
    tui.press('backtab')
    expect(tui.ui.mode).toBe('new_agent_command')
    expect(tui.overlay()).toContain('claude')
    tui.press('backtab')
    expect(tui.overlay()).toContain('fix/login')
    tui.press('enter', 'enter')
    expect(tui.overlay()).toContain('mend it')
    tui.press('enter')
    expect(tui.sent.at(-1)).toMatchObject(created)
  })

  it('can be left in the middle, and goes on where it was', () => {
    fill()
    tui.press('escape')
    expect(tui.ui.mode).toBe('normal')
    tui.press('n', 'enter', 'enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject(created)
  })

  it('says why the hub refused, and leads back with nothing lost', () => {
    fill()
    tui.press('enter')
    tui.hub({ type: 'error', command: 'create_agent', message: 'fix/login is checked out elsewhere' })
    expect(tui.overlay()).toMatch(/fix\/login is checked out elsewhere[\s\S]*nothing is lost/)
    tui.press('enter')
    expect(tui.ui.mode).toBe('new_agent_create_worktree')
    expect(tui.overlay()).toContain('fix/login is checked out elsewhere')
    tui.type('-2')
    tui.press('enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ ...created, branch: 'fix/login-2' })
  })

  it('offers what can be done about a branch that is taken', () => {
    const taken = (message: string) => {
      fill()
      tui.press('enter')
      tui.hub({ type: 'error', command: 'create_agent', kind: 'branch_in_use', message })
    }
    taken('fix/login is checked out in /w: work there too (reuse), or take fix/login-2 (suffix)')
    expect(tui.overlay()).toMatch(/r +reuse: work there too\n.*s +suffix: a branch of its own/)
    tui.press('s')
    expect(tui.sent.at(-1)).toMatchObject({ ...created, on_taken: 'suffix' })
    tui.hub({ type: 'result', command: 'create_agent', value: { id: 'a' } })
    taken('fix/login is checked out in /main: take fix/login-2 (suffix)')
    expect(tui.overlay()).not.toContain('reuse')
    const before = tui.sent.length
    tui.press('r')
    expect(tui.sent.slice(before)).toEqual([])
  })

  it('begins afresh once the agent was made', () => {
    fill()
    tui.press('enter')
    tui.hub({ type: 'result', command: 'create_agent', value: { id: 'a' } })
    tui.press('n', 'enter')
    expect(tui.overlay()).not.toContain('fix/login')
    tui.press('enter', 'enter')
    expect(tui.overlay()).not.toContain('mend it')
  })

  it('begins afresh while the agent before is still being made, which takes nothing from it', () => {
    fill()
    tui.press('enter', 'n', 'enter')
    expect(tui.overlay()).not.toContain('fix/login')
    tui.type('other')
    tui.press('enter', 'enter')
    tui.type('some')
    tui.hub({ type: 'result', command: 'create_agent', value: { id: 'a' } })
    tui.type('thing')
    tui.press('enter')
    expect(tui.sent.at(-1)).toMatchObject({ branch: 'other', prompt: 'something' })
  })

  it('keeps what was refused apart from what is typed meanwhile, and neither is lost', () => {
    fill()
    tui.press('enter')
    const { request_id } = tui.sent.at(-1)!
    tui.press('n', 'enter')
    tui.type('other')
    tui.press('escape')
    tui.hub({ type: 'error', command: 'create_agent', request_id, message: 'fix/login is checked out elsewhere' })
    tui.press('enter')
    expect(tui.overlay()).toContain('fix/login')
    tui.type('-2')
    tui.press('enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ ...created, branch: 'fix/login-2' })
    tui.press('n', 'enter')
    expect(tui.overlay()).toContain('other')
  })

  it('knows which of two agents in the making was refused', () => {
    fill()
    tui.press('enter')
    const { request_id } = tui.sent.at(-1)!
    tui.press('n', 'enter')
    tui.type('other')
    tui.press('enter', 'enter', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ branch: 'other' })
    tui.hub({ type: 'error', command: 'create_agent', request_id, message: 'fix/login is checked out elsewhere' })
    tui.press('enter')
    expect(tui.overlay()).toContain('fix/login')
  })

  it('is taken up again where the connection was lost before the hub answered', () => {
    fill()
    tui.press('enter')
    tui.hub({ type: 'subscribed', channel: 'hub' })
    tui.press('n', 'enter', 'enter', 'enter')
    expect(tui.overlay()).toContain('mend it')
  })

  it('shows how far it is', () => {
    tui.hub({ type: 'agent_list', agents: [agent('one', { status: 'creating_worktree', sessions: [] })] })
    expect(tui.text()).toMatch(/\ufdd0\n? Worktree for/)
    tui.hub({ type: 'agent_list', agents: [agent('one', { status: 'spawning_ptys', sessions: [] })] })
    expect(tui.text()).toMatch(/✓\n? Worktree for[\s\S]*\ufdd0\n? Program/)
  })
})

describe('the prompt', () => {
  it('may have several lines, between which the arrows move', () => {
    fill()
    tui.press('shift+enter')
    tui.type('soon')
    tui.press('up', 'end')
    tui.type('!')
    tui.press('enter')
    expect(tui.sent.at(-1)).toMatchObject({ prompt: 'mend it!\nsoon' })
  })

  it('can be one there was before, found by up, also after a restart', async () => {
    fill()
    tui.press('enter')
    tui.hub({ type: 'result', command: 'create_agent', value: { id: 'a' } })
    tui[Symbol.dispose]()
    tui = await startKeys({ env: { HOME: home } })
    tui.hub({ type: 'agent_list', agents: [] })
    tui.press('n', 'down', 'enter', 'enter')
    tui.type('draft')
    tui.press('up')
    expect(tui.overlay()).toContain('mend it')
    tui.press('down')
    expect(tui.overlay()).toContain('draft')
    tui.press('up', 'enter')
    expect(tui.sent.at(-1)).toMatchObject({ worktree: false, prompt: 'mend it' })
  })
})
