import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, type KeysUnderTest, startKeys } from './keys-harness.ts'

let tui: KeysUnderTest
beforeEach(async () => {
  tui = await startKeys()
  connect()
  tui.hub({ type: 'agent_list', agents: [agent('one'), agent('two')] })
})
afterEach(() => tui[Symbol.dispose]())

const connect = () => tui.hub({ type: 'subscribed', channel: 'hub' })
const ask = (id: string, text: string, choices?: string[]) =>
  tui.hub({ type: 'question', question: { id, text, choices, agent_key: 'repo-one' } })
const open = () => {
  tui.press('ctrl+p')
  tui.type('answer a question')
  tui.press('enter')
}
const answers = () => tui.sent.filter(({ type }) => type === 'answer_question')
const messages = () => tui.notices.list.map(({ message }) => message)

describe('a question', () => {
  it('is announced, and answered from the palette', () => {
    ask('7', 'May it push?', ['Allow', 'Refuse'])
    expect(messages()).toEqual(['repo-one asks: May it push? (ctrl+p, then answer)'])
    open()
    tui.press('down', 'enter')
    expect(answers()).toEqual([{ type: 'answer_question', id: '7', answer: 'Refuse' }])
    expect(tui.ui.hasOverlay).toBe(false)
  })

  it('that a new hub does not know is offered no longer', () => {
    ask('7', 'May it push?', ['Allow', 'Refuse'])
    connect()
    tui.press('f10')
    expect(tui.overlay()).not.toContain('Answer a question')
  })

  it('of a new hub is announced, shown and answered, and not the one of before', () => {
    ask('7', 'May it push?', ['Allow', 'Refuse'])
    connect()
    ask('8', 'May it delete all?', ['Allow', 'Refuse'])
    expect(messages().at(-1)).toContain('May it delete all?')
    open()
    expect(tui.overlay()).toContain('May it delete all?')
    tui.press('enter')
    expect(answers()).toEqual([{ type: 'answer_question', id: '8', answer: 'Allow' }])
  })

  it('is not answered when the hub it was asked by is gone, even while it is shown', () => {
    ask('7', 'May it push?', ['Allow', 'Refuse'])
    open()
    connect()
    ask('8', 'May it delete all?', ['Allow', 'Refuse'])
    expect(tui.overlay()).toContain('May it push?')
    tui.press('enter')
    expect(answers()).toEqual([])
    expect(messages()).toContain('Nobody asks that any more.')
    open()
    expect(tui.overlay()).toContain('May it delete all?')
  })

  it('that still waits after the connection was lost keeps what was typed, and is not announced again', () => {
    ask('7', 'What name?')
    open()
    tui.type('blue')
    connect()
    ask('7', 'What name?')
    tui.type('bird')
    tui.press('enter')
    expect(answers()).toEqual([{ type: 'answer_question', id: '7', answer: 'bluebird' }])
    expect(messages()).toEqual([]) // opening it took the announcement away
  })

  it('that still waits keeps the choice, too', () => {
    ask('7', 'May it push?', ['Allow', 'Refuse'])
    open()
    tui.press('down')
    connect()
    ask('7', 'May it push?', ['Allow', 'Refuse'])
    tui.press('enter')
    expect(answers()).toEqual([{ type: 'answer_question', id: '7', answer: 'Refuse' }])
  })
})
