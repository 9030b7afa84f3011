import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
  tui.hub({ type: 'agent_list', agents: [agent('one')] })
})
afterEach(() => tui[Symbol.dispose]())

const messages = () => tui.notices.list.map(({ message }) => message)
const choose = (words: string) => {
  tui.press('ctrl+p')
  tui.type(words)
  tui.press('enter')
}
/** Enter, while the hub is away and again when it is back. @returns what was sent then */
const enterTwice = (mode: string) => {
  tui.connect(false)
  tui.press('enter')
  expect(tui.ui.mode).toBe(mode)
  expect(messages().at(-1)).toMatch(/was not sent: the hub is not there yet\. Try again in a moment\./)
  tui.connect(true)
  tui.press('enter')
  expect(tui.ui.hasOverlay).toBe(false)
  return tui.sent.at(-1)
}

describe('while the hub is away', () => {
  it('an answer stays where it was typed', () => {
    tui.hub({ type: 'question', question: { id: '7', text: 'What name?', agent_key: 'repo-one' } })
    choose('answer a question')
    tui.type('bluebird')
    expect(enterTwice('question_answer')).toEqual({ type: 'answer_question', id: '7', answer: 'bluebird' })
  })

  it('a new name stays where it was typed', () => {
    tui.press('f2', 'r')
    tui.type('-b')
    expect(enterTwice('rename_agent')).toEqual({ type: 'rename_agent', agent: 'one', name: 'one-b' })
  })

  it('a command of the palette keeps its arguments', () => {
    const commands = [{ type: 'greet', description: 'Says hello' }]
    tui.hub({ type: 'result', command: 'list_commands', value: { commands } })
    tui.press('ctrl+p')
    tui.type('greet')
    tui.press('tab')
    tui.type('name=Ann')
    expect(enterTwice('palette_arguments')).toMatchObject({ type: 'greet', name: 'Ann' })
  })

  it('a new agent keeps all that was decided', () => {
    tui.press('f2', 'n', 'enter')
    tui.type('fix/login')
    tui.press('enter', 'enter')
    tui.type('mend it')
    expect(enterTwice('new_agent_prompt')).toMatchObject({ branch: 'fix/login', prompt: 'mend it' })
  })

  it('what is done about a branch that is taken can be done later', () => {
    tui.press('f2', 'n', 'enter')
    tui.type('fix/login')
    tui.press('enter', 'enter', 'enter')
    const message = 'fix/login is checked out in /main: take fix/login-2 (suffix)'
    tui.hub({ type: 'error', command: 'create_agent', kind: 'branch_in_use', message })
    tui.connect(false)
    tui.press('s')
    expect(tui.overlay()).toContain(message)
    tui.connect(true)
    tui.press('s')
    expect(tui.sent.at(-1)).toMatchObject({ branch: 'fix/login', on_taken: 'suffix' })
  })

  it('dialogs open and close as ever', () => {
    tui.connect(false)
    tui.press('ctrl+p')
    expect(tui.ui.mode).toBe('palette')
    tui.press('escape')
    expect(tui.ui.hasOverlay).toBe(false)
  })

  it('what was not sent is not awaited: an error that comes later is about something else', () => {
    tui.press('f2', 'r')
    tui.type('-b')
    tui.connect(false)
    tui.press('enter', 'escape')
    tui.connect(true)
    tui.hub({ type: 'error', message: 'the disk is full' })
    expect(tui.ui.hasOverlay).toBe(false)
    expect(messages()).toContain('the disk is full')
  })
})
