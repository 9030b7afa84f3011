import { CTRL, type Key } from '../../screen/key-descriptor.ts'

/** The key behind a control character. 8 is Ctrl+H: what Backspace sends is 127 nearly everywhere. */
export function controlKey(code: number): Key {
  switch (code) {
    case 0:
      return { name: 'space', modifiers: CTRL }
    case 9:
      return { name: 'tab', modifiers: 0 }
    case 13:
      return { name: 'enter', modifiers: 0 }
    case 27:
      return { name: 'escape', modifiers: 0 }
    case 127:
      return { name: 'backspace', modifiers: 0 }
    default:
      return { name: String.fromCharCode(code + (code < 27 ? 0x60 : 0x40)), modifiers: CTRL }
  }
}
