import { describe, expect, test } from 'vitest'
import { InputDecoder, type InputEvent } from '../../../tui/input/decoder.ts'
import { Random } from '../../screen/random.ts'
import { FakeTimer } from './fake-timer.ts'

describe('keys', () => {
  test.each([
    // what is typed
    ['a', 'a'],
    ['A', 'A'],
    [' ', 'space'],
    ['é', 'é'],
    ['漢', '漢'],
    ['😀', '😀'],
    // controls
    ['\x01', 'ctrl+a'],
    ['\0', 'ctrl+space'],
    ['\t', 'tab'],
    ['\n', 'ctrl+j'],
    ['\r', 'enter'],
    ['\b', 'ctrl+h'],
    ['\x7f', 'backspace'],
    ['\x1c', 'ctrl+\\'],
    ['\x1d', 'ctrl+]'],
    ['\x1f', 'ctrl+_'],
    // Alt as an escape before
    ['\x1bx', 'alt+x'],
    ['\x1bX', 'shift+alt+x'],
    ['\x1b?', 'alt+?'],
    ['\x1bé', 'alt+é'],
    ['\x1b ', 'alt+space'],
    ['\x1b\r', 'alt+enter'],
    ['\x1b\x7f', 'alt+backspace'],
    ['\x1b\x01', 'ctrl+alt+a'],
    // xterm
    ['\x1b[A', 'up'],
    ['\x1b[B', 'down'],
    ['\x1b[C', 'right'],
    ['\x1b[D', 'left'],
    ['\x1b[H', 'home'],
    ['\x1b[F', 'end'],
    ['\x1bOA', 'up'],
    ['\x1bOH', 'home'],
    ['\x1bOP', 'f1'],
    ['\x1bOS', 'f4'],
    ['\x1b[1;5A', 'ctrl+up'],
    ['\x1b[1;2A', 'shift+up'],
    ['\x1b[1;3A', 'alt+up'],
    ['\x1b[1;8D', 'ctrl+shift+alt+left'],
    ['\x1b[1;2P', 'shift+f1'],
    ['\x1b[1;5R', 'ctrl+f3'],
    ['\x1b[2~', 'insert'],
    ['\x1b[3~', 'delete'],
    ['\x1b[5~', 'pageup'],
    ['\x1b[6~', 'pagedown'],
    ['\x1b[5;2~', 'shift+pageup'],
    ['\x1b[15~', 'f5'],
    ['\x1b[24~', 'f12'],
    ['\x1b[24;6~', 'ctrl+shift+f12'],
    ['\x1b[Z', 'backtab'],
    ['\x1b[1;5Z', 'ctrl+shift+tab'],
    // rxvt
    ['\x1b[7~', 'home'],
    ['\x1b[8~', 'end'],
    ['\x1b[11~', 'f1'],
    ['\x1b[3$', 'shift+delete'],
    ['\x1b[3^', 'ctrl+delete'],
    ['\x1b[3@', 'ctrl+shift+delete'],
    ['\x1b[a', 'shift+up'],
    ['\x1bOa', 'ctrl+up'],
    ['\x1b\x1b[A', 'alt+up'],
    ['\x1b\x1b[3~', 'alt+delete'],
    // Linux console
    ['\x1b[[A', 'f1'],
    ['\x1b[[E', 'f5'],
    ['\x1b[1~', 'home'],
    ['\x1b[4~', 'end'],
    // modifyOtherKeys
    ['\x1b[27;5;97~', 'ctrl+a'],
    ['\x1b[27;6;65~', 'ctrl+shift+a'],
    ['\x1b[27;2;13~', 'shift+enter'],
    ['\x1b[27;6;63~', 'ctrl+?'],
    ['\x1b[27;5;32~', 'ctrl+space'],
    // CSI u and the kitty protocol
    ['\x1b[97;5u', 'ctrl+a'],
    ['\x1b[97:65;6u', 'ctrl+shift+a'],
    ['\x1b[97:65;2u', 'A'],
    ['\x1b[47:63;6u', 'ctrl+?'],
    ['\x1b[47;6u', 'ctrl+shift+/'],
    ['\x1b[1089::99;5u', 'ctrl+c'],
    ['\x1b[13;2u', 'shift+enter'],
    ['\x1b[9;2u', 'backtab'],
    ['\x1b[27u', 'escape'],
    ['\x1b[127;5u', 'ctrl+backspace'],
    ['\x1b[32;5u', 'ctrl+space'],
    ['\x1b[97;9u', 'super+a'],
    ['\x1b[97;69u', 'ctrl+a'], // Caps Lock is on
    ['\x1b[57376u', 'f13'],
    ['\x1b[57414u', 'enter'],
    ['\x1b[57417;5u', 'ctrl+left'],
    ['\x1b[P', 'f1'],
    ['\x1b[13~', 'f3'],
    // without a name
    ['\x1b[57441;2u', ''],
    ['\x1b[99~', ''],
  ])('%j is the key %s', (bytes, descriptor) => {
    const events = decode(Buffer.from(bytes))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ type: 'key', descriptor, event: 'press' })
    expect(Buffer.from((events[0] as { raw: Uint8Array }).raw).toString()).toBe(bytes)
  })

  test('what a key types comes with it, and nothing with a shortcut', () => {
    const texts = decode(Buffer.from('aÉ \x1bx\x01\x1b[97;2;65u\x1b[97;5u\x1b[57404u')).map((event) => {
      return event.type === 'key' ? event.text : undefined
    })
    expect(texts).toEqual(['a', 'É', ' ', undefined, undefined, 'A', undefined, '5'])
  })

  test('repeats and releases are told apart', () => {
    const events = decode(Buffer.from('\x1b[97;1:1u\x1b[97;1:2u\x1b[97;1:3u\x1b[1;1:3A')) as { event: string }[]
    expect(events.map(({ event }) => event)).toEqual(['press', 'repeat', 'release', 'release'])
  })

  test('bytes that are no UTF-8 pass as they came', () => {
    const events = decode(Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x62)) as { raw: Uint8Array }[]
    expect(Buffer.concat(events.map(({ raw }) => raw))).toEqual(Buffer.from('61ffc328eda08062', 'hex'))
    expect(events.map((event) => (event as unknown as { descriptor: string }).descriptor)).toEqual([
      'a',
      '',
      '',
      '(',
      '',
      '',
      '',
      'b',
    ])
  })
})

describe('the Escape key', () => {
  test('is decided after 25 ms', () => {
    const { events, decoder, timer } = open()
    decoder.feed(Buffer.from('\x1b'))
    timer.advance(24)
    expect(events).toEqual([])
    timer.advance(1)
    expect(events).toMatchObject([{ type: 'key', descriptor: 'escape' }])
  })

  test('is none when the rest of a sequence comes in time', () => {
    const { events, decoder, timer } = open()
    decoder.feed(Buffer.from('\x1b'))
    timer.advance(24)
    decoder.feed(Buffer.from('[A'))
    timer.advance(5000)
    expect(events).toMatchObject([{ descriptor: 'up' }])
    expect(events).toHaveLength(1)
  })

  test('pressed twice is two keys', () => {
    const { events, decoder, timer } = open()
    decoder.feed(Buffer.from('\x1b\x1b'))
    timer.advance(25)
    expect(events).toMatchObject([{ descriptor: 'escape' }, { descriptor: 'escape' }])
  })

  test('right before a paste, a click or a change of focus is a key of its own', () => {
    expect(decode(Buffer.from('\x1b\x1b[200~x\x1b[201~')).map(({ type }) => type)).toEqual(['key', 'paste'])
    expect(decode(Buffer.from('\x1b\x1b[<0;1;1M')).map(({ type }) => type)).toEqual(['key', 'mouse'])
    expect(decode(Buffer.from('\x1b\x1b[I')).map(({ type }) => type)).toEqual(['key', 'focus'])
  })

  test.each(['[', 'O', 'P', ']'])('and %j after it is that key with Alt when nothing follows', (character) => {
    const { events, decoder, timer } = open()
    decoder.feed(Buffer.from(`\x1b${character}`))
    timer.advance(100)
    const alt = { '[': 'alt+[', ']': 'alt+]', O: 'shift+alt+o', P: 'shift+alt+p' }[character]
    expect(events).toMatchObject([{ type: 'key', descriptor: alt }])
  })
})

test('a sequence that breaks off passes as it came, and typing goes on', () => {
  const { events, decoder, timer } = open()
  decoder.feed(Buffer.from('\x1b[1;'))
  timer.advance(999)
  expect(events).toEqual([])
  timer.advance(1)
  decoder.feed(Buffer.from('x'))
  expect(events).toMatchObject([{ type: 'key', descriptor: '' }, { descriptor: 'x' }])
})

describe('a paste', () => {
  test('comes whole over any number of reads', () => {
    const { events, decoder } = open()
    const text = Buffer.from('line 1\nline 2 \x1b[A \xff 漢\r\n'.repeat(5000))
    const bytes = Buffer.concat([Buffer.from('\x1b[200~'), text, Buffer.from('\x1b[201~z')])
    for (let at = 0; at < bytes.length; at += 1021) decoder.feed(bytes.subarray(at, at + 1021))
    expect(events).toHaveLength(2)
    expect(events[0]!.type).toBe('paste')
    expect(Buffer.from((events[0] as { data: Uint8Array }).data).equals(text)).toBe(true)
    expect(events[1]).toMatchObject({ descriptor: 'z' })
  })

  test('may be empty, and may hold what looks like the beginning of its end', () => {
    expect(pasted('')).toBe('')
    expect(pasted('\x1b[201\x1b[20\x1b[201')).toBe('\x1b[201\x1b[20\x1b[201')
    expect(pasted('\x1b\x1b')).toBe('\x1b\x1b')
  })

  test('of 8 MB in small reads takes no longer than its size calls for', () => {
    const { events, decoder } = open()
    const chunk = Buffer.alloc(1000, 'x')
    decoder.feed(Buffer.from('\x1b[200~'))
    for (let count = 0; count < 8000; count++) decoder.feed(chunk)
    decoder.feed(Buffer.from('\x1b[201~'))
    expect((events[0] as { data: Uint8Array }).data.length).toBe(8_000_000)
  })

  test('that ended unseen leaves nothing behind', () => {
    expect(decode(Buffer.from('\x1b[201~a'))).toMatchObject([{ descriptor: 'a' }])
  })
})

test('mouse events are read, in SGR form and in bytes', () => {
  const mouse = (bytes: string) => (decode(Buffer.from(bytes, 'latin1'))[0] as { mouse: unknown }).mouse
  const plain = { shift: false, alt: false, ctrl: false }
  expect(mouse('\x1b[<0;5;10M')).toEqual({ action: 'press', button: 0, x: 4, y: 9, ...plain })
  expect(mouse('\x1b[<2;300;100m')).toEqual({ action: 'release', button: 2, x: 299, y: 99, ...plain })
  expect(mouse('\x1b[<35;1;1M')).toEqual({ action: 'move', button: 3, x: 0, y: 0, ...plain })
  expect(mouse('\x1b[<80;1;1M')).toEqual({ action: 'press', button: 64, x: 0, y: 0, ...plain, ctrl: true })
  expect(mouse('\x1b[<65;2;2M')).toMatchObject({ action: 'press', button: 65 })
  expect(mouse('\x1b[M %*')).toEqual({ action: 'press', button: 0, x: 4, y: 9, ...plain })
  expect(mouse('\x1b[M#%*')).toMatchObject({ action: 'release' })
})

test('focus events are read', () => {
  expect(decode(Buffer.from('\x1b[I\x1b[O'))).toEqual([
    { type: 'focus', focused: true },
    { type: 'focus', focused: false },
  ])
})

test.each([
  ['\x1b[?62;4;22c', { kind: 'attributes', level: 1, parameters: [62, 4, 22] }],
  ['\x1b[>41;354;0c', { kind: 'attributes', level: 2, parameters: [41, 354, 0] }],
  ['\x1b[?2026;2$y', { kind: 'mode', mode: 2026, state: 2 }],
  ['\x1b[?5u', { kind: 'kittyFlags', flags: 5 }],
  ['\x1b]10;rgb:ffff/ffff/ffff\x1b\\', { kind: 'color', of: 'foreground', color: 'rgb:ffff/ffff/ffff' }],
  ['\x1b]11;rgb:1e1e/1e1e/1e1e\x07', { kind: 'color', of: 'background', color: 'rgb:1e1e/1e1e/1e1e' }],
  ['\x1b]4;12;rgb:0000/0000/ffff\x1b\\', { kind: 'color', of: 12, color: 'rgb:0000/0000/ffff' }],
  ['\x1bP>|kitty(0.35.2)\x1b\\', { kind: 'version', text: 'kitty(0.35.2)' }],
  ['\x1b[24;80R', { kind: 'cursor', x: 79, y: 23 }],
  ['\x1b[?1;5R', { kind: 'cursor', x: 4, y: 0 }],
  ['\x1b[6;18;9t', { kind: 'cellPixels', width: 9, height: 18 }],
  ['\x1b[?997;1n', { kind: 'other' }],
  ['\x1b_Gi=1;OK\x1b\\', { kind: 'other' }],
  ['\x1b]52;c;aGVsbG8=\x1b\\', { kind: 'other' }],
])('%j is an answer, not a key', (bytes, reply) => {
  expect(decode(Buffer.from(bytes))).toMatchObject([{ type: 'reply', reply }])
})

test('any split of any bytes gives the same events', () => {
  const random = new Random(61)
  for (let round = 0; round < 4000; round++) {
    const bytes = Buffer.concat(Array.from({ length: 1 + random.below(8) }, () => piece(random)))
    const whole = open()
    whole.decoder.feed(bytes)
    whole.decoder.flush()
    const split = open()
    for (let at = 0; at < bytes.length; ) {
      const length = random.chance(0.5) ? 1 : random.below(6)
      split.decoder.feed(bytes.subarray(at, at + length))
      at += length
    }
    split.decoder.flush()
    expect(split.events, JSON.stringify(bytes.toString('latin1'))).toEqual(whole.events)
  }
})

test('no byte is lost: the raw bytes of keys alone add up to what was typed', () => {
  const random = new Random(62)
  const keys = ['a', '\x1b[A', '\x1bOP', '\x1bx', 'é', '\x01', '\x1b[27;5;97~', '\x1b[3$', '漢', '\x1b[1;5', '\xff']
  for (let round = 0; round < 1000; round++) {
    const bytes = Buffer.from(Array.from({ length: 10 }, () => random.pick(keys)).join(''))
    const { decoder, events } = open()
    decoder.feed(bytes)
    decoder.flush()
    const raw = Buffer.concat(events.map((event) => (event.type === 'key' ? event.raw : Buffer.from('?'))))
    expect(raw.toString('latin1')).toBe(bytes.toString('latin1'))
  }
})

const SEQUENCES = [
  ...['a', 'é', '漢', '😀', '\x1b', '\x1b\x1b', '\x1b[A', '\x1bOA', '\x1b[1;5C', '\x1b[3~', '\x1b[3$', '\x1b[97:65;6u'],
  ...['\x1b[<0;10;10M', '\x1b[M !!', '\x1b[I', '\x1b[200~paste \x1b[A\x1b[201~', '\x1b[?1;2c', '\x1b]11;rgb:0/0/0\x07'],
  ...['\x1bP>|x\x1b\\', '\x1b[[A', '\x1b[1;', '\x1b]', '\x1bO', '\x1bO5', '\x1b[?2026;1$y', '\x1b_x\x1b', '\x01', '\r'],
]

function piece(random: Random): Buffer {
  if (random.chance(0.2)) return Buffer.from(Array.from({ length: 1 + random.below(4) }, () => random.below(256)))
  return Buffer.from(random.pick(SEQUENCES))
}

function open() {
  const events: InputEvent[] = []
  const timer = new FakeTimer()
  const decoder = new InputDecoder((event) => events.push(event), timer.start)
  return { events, timer, decoder }
}

/** The events of bytes that leave nothing undecided. */
function decode(bytes: Uint8Array): InputEvent[] {
  const { events, decoder, timer } = open()
  decoder.feed(bytes)
  expect(timer.isRunning).toBe(false)
  return events
}

function pasted(text: string): string {
  const [event] = decode(Buffer.from(`\x1b[200~${text}\x1b[201~`))
  return Buffer.from((event as { data: Uint8Array }).data).toString()
}
