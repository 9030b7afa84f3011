import { expect, test } from 'vitest'
import { Backlog } from '../../hub/ptyhost/backlog.ts'

test('what waits comes out as it went in, however it grows and whatever sizes are taken', () => {
  const backlog = new Backlog()
  let written = 0
  let read = 0
  let state = 7
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    return state % below
  }
  for (let turn = 0; turn < 1500; turn++) {
    if (random(3) > 0) {
      const data = Uint8Array.from(
        { length: random(turn % 500 === 0 ? 200_000 : 5000) },
        (_, at) => (written + at) % 251,
      )
      backlog.append(data)
      written += data.length
    } else {
      const piece = backlog.take(random(20_000))
      expect(piece.every((byte, at) => byte === (read + at) % 251)).toBe(true)
      read += piece.length
    }
    expect(backlog.length).toBe(written - read)
    if (random(50) === 0) backlog.release()
  }
  while (backlog.length > 0) {
    const piece = backlog.take(8192)
    expect(piece.length).toBeGreaterThan(0)
    expect(piece.every((byte, at) => byte === (read + at) % 251)).toBe(true)
    read += piece.length
  }
  expect(read).toBe(written)
})
