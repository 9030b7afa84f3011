import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Notices } from '../../../tui/stores/notices.ts'

let notices: Notices
beforeEach(() => {
  vi.useFakeTimers()
  notices = new Notices(() => {})
})
afterEach(() => {
  notices[Symbol.dispose]()
  vi.useRealTimers()
})

const shown = () => notices.list.map(({ message }) => message)

it('goes by itself after its time, but for what stays until its cause is gone', () => {
  notices.add('info', 'passing', 'a', 1000)
  notices.set('hub', 'warning', 'the hub is gone')
  vi.advanceTimersByTime(999)
  expect(shown()).toEqual(['passing', 'the hub is gone'])
  vi.advanceTimersByTime(1)
  expect(shown()).toEqual(['the hub is gone'])
  expect(notices.dismiss()).toBe(false)
})

it('stays its whole time once it can be seen, when nobody could see it before', () => {
  notices.add('info', 'seen for a moment', 'a', 1000)
  vi.advanceTimersByTime(900)
  notices.pause()
  notices.add('info', 'came meanwhile', 'b', 2000)
  notices.set('hub', 'warning', 'the hub is gone')
  vi.advanceTimersByTime(3_600_000)
  expect(shown()).toEqual(['seen for a moment', 'came meanwhile', 'the hub is gone'])
  notices.resume()
  vi.advanceTimersByTime(1000)
  expect(shown()).toEqual(['came meanwhile', 'the hub is gone'])
  vi.advanceTimersByTime(1000)
  expect(shown()).toEqual(['the hub is gone'])
})
