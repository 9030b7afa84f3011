import { beforeEach, describe, expect, it } from 'vitest'
import { TextField } from '../../../tui/stores/text-field.ts'

let field: TextField
beforeEach(() => {
  field = new TextField()
})

/** The text with the cursor as `|`. */
const shown = (): string => {
  const cursor = field.cursor
  const whole = field.value
  const copy = new TextField()
  copy.set(whole)
  while (copy.cursor > cursor) copy.left()
  copy.insert('|')
  return copy.value
}

describe('a text field', () => {
  it('is edited a visible character at a time, also where that is several code points', () => {
    field.set('ae\u0301👨‍👩‍👧x')
    field.left()
    field.backspace()
    expect(shown()).toBe('ae\u0301|x')
    field.backspace()
    expect(shown()).toBe('a|x')
  })

  it('joins a combining mark with what stands before it', () => {
    field.insert('e')
    field.insert('\u0301')
    field.backspace()
    expect(field.value).toBe('')
  })

  it('moves and deletes by words', () => {
    field.set('fix the login')
    field.wordLeft()
    expect(shown()).toBe('fix the |login')
    field.deleteWordBefore()
    expect(shown()).toBe('fix |login')
    field.home()
    field.wordRight()
    expect(shown()).toBe('fix| login')
  })

  it('moves between lines keeping its column', () => {
    field.set('first\nab\nthird')
    field.up()
    expect(shown()).toBe('first\nab|\nthird')
    field.left()
    field.up()
    expect(shown()).toBe('f|irst\nab\nthird')
    field.down()
    field.down()
    expect(shown()).toBe('first\nab\nt|hird')
    field.end()
    expect(shown()).toBe('first\nab\nthird|')
    field.down()
    expect(shown()).toBe('first\nab\nthird|')
  })

  it('takes pasted text without control characters', () => {
    field.insert('a\x1b[31mb\tc\r\nd\x07')
    expect(field.value).toBe('a[31mb c\nd')
  })
})
