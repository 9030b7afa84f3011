import { describe, expect, it } from 'vitest'
import { parseOperations } from '../../../tui/ui-lua/operations.ts'

describe('what an action returns', () => {
  it('may be nothing, one operation, or several', () => {
    expect(parseOperations(undefined, 'it').operations).toEqual([])
    expect(parseOperations({}, 'it').operations).toEqual([])
    expect(parseOperations({ op: 'quit' }, 'it').operations).toEqual([{ op: 'quit' }])
    expect(parseOperations([{ op: 'quit' }, { op: 'clear_connection_code' }], 'it').operations).toHaveLength(2)
  })

  it('takes the good ones, and says what is wrong with the others', () => {
    const { operations, problems } = parseOperations(
      [{ op: 'fly' }, { op: 'quit' }, 'quit', { op: 2n ** 60n }, { op: 'set_mode' }, { op: 'send_msg', data: 'x' }],
      'on_action("x")',
    )
    expect(operations).toEqual([{ op: 'quit' }])
    expect(problems).toEqual([
      'on_action("x") returned operation 1: there is no operation "fly"',
      'on_action("x") returned operation 3: expected a table with "op", got "quit"',
      'on_action("x") returned operation 4: there is no operation 1152921504606846976',
      'on_action("x") returned operation 5: set_mode needs "mode", the name of a mode',
      'on_action("x") returned operation 6: send_msg needs "data", the message as a table',
    ])
  })
})
