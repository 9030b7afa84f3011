import { describe, expect, it } from 'vitest'
import { encodePaste } from '../../../tui/paste.ts'

const paste = (text: string, bracketed: boolean) => Buffer.from(encodePaste(Buffer.from(text), bracketed)).toString()

describe('pasting', () => {
  it('puts brackets around it for a program that asked', () => {
    expect(paste('a\nb', true)).toBe('\x1b[200~a\nb\x1b[201~')
  })

  it('cannot be ended from within, also not by an end that only appears when another is removed', () => {
    expect(paste('a\x1b[201~rm -rf\n', true)).toBe('\x1b[200~arm -rf\n\x1b[201~')
    expect(paste('\x1b[20\x1b[201~1~x', true)).toBe('\x1b[200~x\x1b[201~')
  })

  it('presses Enter at line ends for a program that did not ask', () => {
    expect(paste('a\nb\r\nc\rd', false)).toBe('a\rb\rc\rd')
  })

  it('passes bytes that are no text', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10 && byte !== 27)
    expect(encodePaste(bytes, false)).toEqual(bytes)
  })
})
