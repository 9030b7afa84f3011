/** How functional keys are written: `CSI number ; modifiers final`, where a final other than `~` has the number 1. */
export interface KeyCode {
  number: number
  final: string
}

/** Cursor keys and their kin: `CSI A`, or `SS3 A` in application cursor mode (xterm, "PC-Style Function Keys"). */
export const CURSOR_KEYS: Readonly<Record<string, string>> = {
  up: 'A',
  down: 'B',
  right: 'C',
  left: 'D',
  home: 'H',
  end: 'F',
  begin: 'E',
}

/** F1 to F4: `SS3 P`, with modifiers `CSI 1 ; m P`. */
export const PF_KEYS: Readonly<Record<string, string>> = { f1: 'P', f2: 'Q', f3: 'R', f4: 'S' }

/** Keys written as `CSI number ~`. */
export const TILDE_KEYS: Readonly<Record<string, number>> = {
  insert: 2,
  delete: 3,
  pageup: 5,
  pagedown: 6,
  f5: 15,
  f6: 17,
  f7: 18,
  f8: 19,
  f9: 20,
  f10: 21,
  f11: 23,
  f12: 24,
  f13: 25,
  f14: 26,
  f15: 28,
  f16: 29,
  f17: 31,
  f18: 32,
  f19: 33,
  f20: 34,
}

/** Keys that have a control character of their own, by its code: CSI u and modifyOtherKeys use the same. */
export const CONTROL_KEYS: Readonly<Record<string, number>> = {
  tab: 9,
  enter: 13,
  escape: 27,
  space: 32,
  backspace: 127,
}

/** What the kitty protocol calls the keypad's keys (private use code points). */
export const KITTY_KEYPAD: Readonly<Record<string, number>> = {
  '0': 57399,
  '1': 57400,
  '2': 57401,
  '3': 57402,
  '4': 57403,
  '5': 57404,
  '6': 57405,
  '7': 57406,
  '8': 57407,
  '9': 57408,
  '.': 57409,
  '/': 57410,
  '*': 57411,
  '-': 57412,
  '+': 57413,
  enter: 57414,
  '=': 57415,
  ',': 57416,
  left: 57417,
  right: 57418,
  up: 57419,
  down: 57420,
  pageup: 57421,
  pagedown: 57422,
  home: 57423,
  end: 57424,
  insert: 57425,
  delete: 57426,
  begin: 57427,
}

/** F13, from where the kitty protocol counts on to F35. */
export const KITTY_F13 = 57376

/** `SS3 x` for keypad keys in application keypad mode (VT100, xterm). */
export const APPLICATION_KEYPAD: Readonly<Record<string, string>> = {
  '0': 'p',
  '1': 'q',
  '2': 'r',
  '3': 's',
  '4': 't',
  '5': 'u',
  '6': 'v',
  '7': 'w',
  '8': 'x',
  '9': 'y',
  '*': 'j',
  '+': 'k',
  ',': 'l',
  '-': 'm',
  '.': 'n',
  '/': 'o',
  enter: 'M',
  '=': 'X',
}
