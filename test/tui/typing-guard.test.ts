import { describe, expect, it } from 'vitest'
import { TypingGuard } from '../../tui/typing-guard.ts'

/** Keys every 300 ms, with something that happens before one of them. */
const type = (happens: (guard: TypingGuard) => void, pauses: readonly number[]) => {
  let now = 0
  const guard = new TypingGuard(() => now)
  return pauses.map((pause, index) => {
    now += pause
    if (index === 2) happens(guard)
    return guard.typed()
  })
}

describe('what is typed on when another terminal comes by itself', () => {
  it('is kept back until nothing was typed for a second', () => {
    const pauses = [300, 300, 300, 900, 300, 1000, 300]
    expect(type((guard) => guard.moved(), pauses)).toEqual([true, true, false, false, false, true, true])
  })

  it('passes when nobody was typing', () => {
    expect(type((guard) => guard.moved(), [300, 300, 1500, 300])).toEqual([true, true, true, true])
  })

  it('passes once a key of ours was pressed', () => {
    const happens = (guard: TypingGuard) => {
      guard.moved()
      guard.chosen()
    }
    expect(type(happens, [300, 300, 300])).toEqual([true, true, true])
  })
})
