import { describe, expect, test } from 'vitest'
import { encodeKey, formatKey, type KeyModes, type KeyPress, parseKey } from '../../screen/keys.ts'

const LEGACY: KeyModes = { applicationCursor: false, applicationKeypad: false, kittyFlags: 0, modifyOtherKeys: 0 }

describe('descriptors', () => {
  test.each([
    'a',
    'A',
    'É',
    '?',
    '+',
    'ctrl++',
    'ctrl+a',
    'ctrl+shift+alt+x',
    'shift+up',
    'backtab',
    'ctrl+shift+tab',
    'f12',
    'super+k',
    'ß',
    '漢',
    'space',
    'ctrl+space',
  ])('%s is read and written back the same', (descriptor) => {
    expect(formatKey(parseKey(descriptor)!)).toBe(descriptor)
  })

  test('modifiers in another order and Shift with a letter have one spelling', () => {
    expect(formatKey(parseKey('alt+ctrl+x')!)).toBe('ctrl+alt+x')
    expect(formatKey(parseKey('shift+a')!)).toBe('A')
    expect(formatKey(parseKey('ctrl+A')!)).toBe('ctrl+shift+a')
    expect(formatKey(parseKey('shift+tab')!)).toBe('backtab')
  })

  test('an unknown modifier or nothing at all is no key', () => {
    expect(parseKey('hold+x')).toBeUndefined()
    expect(parseKey('')).toBeUndefined()
  })
})

describe('a program without special modes', () => {
  test.each([
    ['a', 'a'],
    ['A', 'A'],
    ['é', 'é'],
    ['漢', '漢'],
    ['space', ' '],
    ['enter', '\r'],
    ['tab', '\t'],
    ['backtab', '\x1b[Z'],
    ['escape', '\x1b'],
    ['backspace', '\x7f'],
    ['ctrl+backspace', '\b'],
    ['alt+backspace', '\x1b\x7f'],
    ['alt+enter', '\x1b\r'],
    ['shift+enter', '\r'],
    ['ctrl+a', '\x01'],
    ['ctrl+shift+a', '\x01'],
    ['ctrl+space', '\0'],
    ['ctrl+[', '\x1b'],
    ['ctrl+]', '\x1d'],
    ['ctrl+/', '\x1f'],
    ['ctrl+1', '1'],
    ['alt+x', '\x1bx'],
    ['shift+alt+x', '\x1bX'],
    ['ctrl+alt+x', '\x1b\x18'],
    ['alt+é', '\x1bé'],
    ['up', '\x1b[A'],
    ['ctrl+up', '\x1b[1;5A'],
    ['ctrl+shift+alt+left', '\x1b[1;8D'],
    ['home', '\x1b[H'],
    ['end', '\x1b[F'],
    ['insert', '\x1b[2~'],
    ['delete', '\x1b[3~'],
    ['shift+delete', '\x1b[3;2~'],
    ['pageup', '\x1b[5~'],
    ['pagedown', '\x1b[6~'],
    ['f1', '\x1bOP'],
    ['shift+f1', '\x1b[1;2P'],
    ['f5', '\x1b[15~'],
    ['ctrl+f5', '\x1b[15;5~'],
    ['f12', '\x1b[24~'],
    ['super+x', ''],
  ])('reads %s as %j', (descriptor, bytes) => {
    expect(encode(descriptor, LEGACY)).toBe(bytes)
  })

  test('does not hear of releases', () => {
    expect(encode('a', LEGACY, { event: 'release' })).toBe('')
    expect(encode('', LEGACY, { event: 'release', raw: Buffer.from('\x1b[57441;1:3u') })).toBe('')
  })

  test('gets a key that has no name here as it came', () => {
    expect(encode('', LEGACY, { raw: Buffer.from('\x1b[99~') })).toBe('\x1b[99~')
  })
})

test('application cursor mode turns cursor keys into SS3, unless something is held', () => {
  const modes = { ...LEGACY, applicationCursor: true }
  expect(encode('up', modes)).toBe('\x1bOA')
  expect(encode('home', modes)).toBe('\x1bOH')
  expect(encode('ctrl+up', modes)).toBe('\x1b[1;5A')
})

test('application keypad mode concerns the keypad alone', () => {
  const modes = { ...LEGACY, applicationKeypad: true }
  expect(encode('5', modes, { keypad: true, text: '5' })).toBe('\x1bOu')
  expect(encode('enter', modes, { keypad: true })).toBe('\x1bOM')
  expect(encode('5', modes, { text: '5' })).toBe('5')
  expect(encode('5', LEGACY, { keypad: true, text: '5' })).toBe('5')
})

describe('modifyOtherKeys', () => {
  test.each([
    ['ctrl+a', '\x01', '\x1b[27;5;97~'],
    ['ctrl+shift+a', '\x1b[27;6;65~', '\x1b[27;6;65~'],
    ['ctrl+1', '\x1b[27;5;49~', '\x1b[27;5;49~'],
    ['shift+enter', '\x1b[27;2;13~', '\x1b[27;2;13~'],
    ['ctrl+enter', '\x1b[27;5;13~', '\x1b[27;5;13~'],
    ['ctrl+tab', '\x1b[27;5;9~', '\x1b[27;5;9~'],
    ['alt+x', '\x1bx', '\x1b[27;3;120~'],
    ['ctrl+backspace', '\b', '\x1b[27;5;127~'],
    ['A', 'A', 'A'],
    ['a', 'a', 'a'],
    ['enter', '\r', '\r'],
    ['backtab', '\x1b[Z', '\x1b[Z'],
    ['ctrl+up', '\x1b[1;5A', '\x1b[1;5A'],
  ])('%s is %j at level 1 and %j at level 2', (descriptor, first, second) => {
    expect(encode(descriptor, { ...LEGACY, modifyOtherKeys: 1 })).toBe(first)
    expect(encode(descriptor, { ...LEGACY, modifyOtherKeys: 2 })).toBe(second)
  })
})

describe('the kitty keyboard protocol', () => {
  test.each<[string, number, string, Partial<KeyPress>?]>([
    ['a', 1, 'a'],
    ['A', 1, 'A'],
    ['enter', 1, '\r'],
    ['tab', 1, '\t'],
    ['backspace', 1, '\x7f'],
    ['escape', 1, '\x1b[27u'],
    ['shift+enter', 1, '\x1b[13;2u'],
    ['backtab', 1, '\x1b[9;2u'],
    ['ctrl+a', 1, '\x1b[97;5u'],
    ['alt+a', 1, '\x1b[97;3u'],
    ['ctrl+shift+a', 1, '\x1b[97;6u'],
    ['ctrl+space', 1, '\x1b[32;5u'],
    ['super+a', 1, '\x1b[97;9u'],
    ['up', 1, '\x1b[A'],
    ['ctrl+up', 1, '\x1b[1;5A'],
    ['delete', 1, '\x1b[3~'],
    ['f1', 1, '\x1b[P'],
    ['f3', 1, '\x1b[13~'],
    ['f13', 1, '\x1b[57376u'],
    ['enter', 1, '\x1b[57414u', { keypad: true }],
    ['5', 1, '5', { keypad: true, text: '5' }],
    // event types
    ['a', 3, 'a', { event: 'repeat' }],
    ['a', 3, '\x1b[97;1:3u', { event: 'release' }],
    ['enter', 3, '', { event: 'release' }],
    ['up', 3, '\x1b[1;1:2A', { event: 'repeat' }],
    ['ctrl+a', 3, '\x1b[97;5:3u', { event: 'release' }],
    ['a', 1, '', { event: 'release' }],
    ['up', 1, '\x1b[A', { event: 'repeat' }],
    ['ctrl+a', 2, '\x01'],
    ['escape', 2, '\x1b'],
    // alternate keys
    ['ctrl+shift+a', 5, '\x1b[97:65;6u'],
    ['ctrl+с', 5, '\x1b[1089::99;5u', { baseCode: 99 }],
    ['ctrl+?', 5, '\x1b[47:63;6u', { code: 47, modifiers: 5 }],
    // all keys as escape codes, with text
    ['a', 8, '\x1b[97u'],
    ['A', 8, '\x1b[97;2u'],
    ['enter', 8, '\x1b[13u'],
    ['space', 8, '\x1b[32u'],
    ['5', 8, '\x1b[57404u', { keypad: true, text: '5' }],
    ['a', 24, '\x1b[97;;97u'],
    ['A', 24, '\x1b[97;2;65u'],
    ['A', 31, '\x1b[97:65;2;65u'],
    ['a', 26, '\x1b[97;1:2;97u', { event: 'repeat' }],
    ['a', 26, '\x1b[97;1:3u', { event: 'release' }],
    ['enter', 10, '\x1b[13;1:3u', { event: 'release' }],
    ['ctrl+a', 24, '\x1b[97;5u'],
    // keys that only have a code
    ['', 1, '\x1b[57363u', { code: 57363, raw: Buffer.from('\x1b[57363u') }],
  ])('%s with flags %i is %j %o', (descriptor, kittyFlags, bytes, press = {}) => {
    expect(encode(descriptor, { ...LEGACY, kittyFlags }, press)).toBe(bytes)
  })
})

function encode(descriptor: string, modes: KeyModes, press: Partial<KeyPress> = {}): string {
  return Buffer.from(encodeKey({ descriptor, event: 'press', raw: new Uint8Array(0), ...press }, modes)).toString()
}
