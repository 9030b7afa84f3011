import { describe, expect, test } from 'vitest'
import { encodeMouse, type MouseEvent, NO_BUTTON, WHEEL_DOWN } from '../../screen/mouse.ts'

const PRESS: MouseEvent = { action: 'press', button: 0, x: 4, y: 9, shift: false, alt: false, ctrl: false }
const RELEASE: MouseEvent = { ...PRESS, action: 'release' }
const DRAG: MouseEvent = { ...PRESS, action: 'move' }
const HOVER: MouseEvent = { ...PRESS, action: 'move', button: NO_BUTTON }
const WHEEL: MouseEvent = { ...PRESS, button: WHEEL_DOWN }

describe('a program gets the events it asked for and no others', () => {
  test.each([
    [0, [false, false, false, false, false]],
    [9, [true, false, false, false, false]],
    [1000, [true, true, true, false, false]],
    [1002, [true, true, true, true, false]],
    [1003, [true, true, true, true, true]],
  ])('with tracking %i', (mouseTracking, wanted) => {
    const sent = [PRESS, RELEASE, WHEEL, DRAG, HOVER].map((event) => encode(event, mouseTracking, 1006) !== undefined)
    expect(sent).toEqual(wanted)
  })
})

test.each<[string, MouseEvent, number, number, string | undefined]>([
  ['SGR press', PRESS, 1000, 1006, '\x1b[<0;5;10M'],
  ['SGR release', RELEASE, 1000, 1006, '\x1b[<0;5;10m'],
  ['SGR drag', DRAG, 1002, 1006, '\x1b[<32;5;10M'],
  ['SGR hover', HOVER, 1003, 1006, '\x1b[<35;5;10M'],
  ['SGR wheel', WHEEL, 1000, 1006, '\x1b[<65;5;10M'],
  ['SGR with all modifiers', { ...PRESS, shift: true, alt: true, ctrl: true }, 1000, 1006, '\x1b[<28;5;10M'],
  ['SGR right button far away', { ...PRESS, button: 2, x: 999, y: 499 }, 1000, 1006, '\x1b[<2;1000;500M'],
  ['pixels', PRESS, 1000, 1016, '\x1b[<0;37;153M'],
  ['urxvt press', PRESS, 1000, 1015, '\x1b[32;5;10M'],
  ['urxvt release', RELEASE, 1000, 1015, '\x1b[35;5;10M'],
  ['X10 bytes', PRESS, 1000, 0, '\x1b[M %*'],
  ['X10 bytes of a release', RELEASE, 1000, 0, '\x1b[M#%*'],
  ['X10 tracking, without modifiers', { ...PRESS, ctrl: true }, 9, 0, '\x1b[M %*'],
  ['X10 bytes at the last column', { ...PRESS, x: 222 }, 1000, 0, '\x1b[M \xff*'],
  ['X10 bytes beyond it', { ...PRESS, x: 223 }, 1000, 0, undefined],
  ['UTF-8', { ...PRESS, x: 300 }, 1000, 1005, '\x1b[M \xc5\x8d*'],
  ['UTF-8 beyond two bytes', { ...PRESS, x: 2015 }, 1000, 1005, undefined],
])('%s', (_name, event, tracking, encoding, bytes) => {
  expect(encode(event, tracking, encoding)).toBe(bytes)
})

function encode(event: MouseEvent, mouseTracking: number, mouseEncoding: number): string | undefined {
  const bytes = encodeMouse(event, { mouseTracking, mouseEncoding })
  return bytes && Buffer.from(bytes).toString('latin1')
}
